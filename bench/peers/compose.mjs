// Composes the shop's SDL with Apollo's own composition, so that every gateway is given the same supergraph.
// usage: compose.mjs FOLDER BASE_URL
import { readFileSync, writeFileSync } from "node:fs";
import { composeServices } from "@apollo/composition";
import { parse } from "graphql";

const [folder, base] = process.argv.slice(2);
const services = ["accounts", "inventory", "products", "reviews"].map((name) => ({
  name,
  url: `${base}/${name}`,
  typeDefs: parse(readFileSync(`${folder}/${name}.graphql`, "utf8")),
}));
const { supergraphSdl, errors } = composeServices(services);
if (errors?.length) throw new Error(errors.map(String).join("\n"));
writeFileSync(`${folder}/supergraph.graphql`, supergraphSdl);
