// Hive Gateway, as `hive-gateway supergraph` reads it.
import { defineConfig } from "@graphql-hive/gateway";

export const gatewayConfig = defineConfig({
  logging: "error",
  transportEntries: {
    "*.http": { options: { subscriptions: { kind: "ws", location: "/reviews/ws" } } },
  },
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => ({ authorization: request.headers.get("authorization") }),
  },
});
