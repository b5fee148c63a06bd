// Mercurius gateway on Fastify. usage: mercurius.mjs BASE_URL PORT
import Fastify from "fastify";
import { mercuriusGateway } from "@mercuriusjs/gateway";

const [base, port] = process.argv.slice(2);
const app = Fastify();
app.register(mercuriusGateway, {
  jit: 1,
  gateway: {
    services: ["accounts", "inventory", "products", "reviews"].map((name) => ({
      name,
      url: `${base}/${name}`,
      rewriteHeaders: (headers) => ({ authorization: headers.authorization }),
    })),
  },
});
await app.listen({ host: "127.0.0.1", port: Number(port) });
