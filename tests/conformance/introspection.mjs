// Introspection as graphql-js reads it, against the schema that is served as text: node introspection.mjs BASE_URL
import assert from 'node:assert/strict';
import {
  buildClientSchema, buildSchema, getIntrospectionQuery, isIntrospectionType, isSpecifiedScalarType,
  lexicographicSortSchema, printSchema, validateSchema,
} from 'graphql';
import { ask, base, check, finish } from './lib.mjs';

const EVERYTHING = {
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
};

async function introspect(options) {
  const answer = await ask(getIntrospectionQuery(options));
  assert.deepEqual(answer.errors, undefined);
  return buildClientSchema(answer.data);
}
const sdl = await (await fetch(`${base}/schema.graphql`)).text();
const served = buildSchema(sdl);
const print = (schema) => printSchema(lexicographicSortSchema(schema));

await check('buildClientSchema takes the answer to the full question, and it is the schema that is served', async () => {
  const schema = await introspect(EVERYTHING);
  assert.deepEqual(validateSchema(schema), []);
  assert.deepEqual(validateSchema(served), []);
  assert.equal(print(schema), print(served));
  assert.equal(schema.getType('DateTime').specifiedByURL, 'https://datatracker.ietf.org/doc/html/rfc3339');
});

await check('every option can be left out', async () => {
  for (const option of Object.keys(EVERYTHING)) {
    const schema = await introspect({ ...EVERYTHING, [option]: false });
    assert.deepEqual(validateSchema(schema), [], option);
  }
  assert.deepEqual(validateSchema(await introspect({ descriptions: false })), []);
});

await check('everything that clients see is described, and nothing of the federation is seen', async () => {
  const schema = await introspect(EVERYTHING);
  const bare = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    assert.doesNotMatch(type.name, /^(_|join__|link__|core__)/);
    const isRoot = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].includes(type);
    if (!type.description && !isRoot) bare.push(type.name);
    for (const field of Object.values(type.getFields?.() ?? {})) {
      if (!field.description) bare.push(`${type.name}.${field.name}`);
      for (const argument of field.args ?? []) {
        if (!argument.description) bare.push(`${type.name}.${field.name}(${argument.name}:)`);
      }
    }
    for (const value of type.getValues?.() ?? []) if (!value.description) bare.push(`${type.name}.${value.name}`);
  }
  assert.deepEqual(bare, []);
  const directives = schema.getDirectives().map((directive) => directive.name).sort();
  assert.deepEqual(directives, ['deprecated', 'include', 'oneOf', 'skip', 'specifiedBy']);
});

await check('__type and __typename answer, a type that is not there is null', async () => {
  const answer = await ask(`query($name: String!) {
    __typename
    there: __type(name: $name) { kind name fields(includeDeprecated: true) { name args(includeDeprecated: true) { name } } possibleTypes { name } }
    gone: __type(name: "join__Graph") { name }
    any: __type(name: "_Any") { name }
  }`, { name: 'Title' });
  assert.equal(answer.data.__typename, 'Query');
  assert.equal(answer.data.there.kind, 'INTERFACE');
  assert.ok(answer.data.there.possibleTypes.length > 1);
  assert.deepEqual([answer.data.gone, answer.data.any], [null, null]);
});

finish('introspection');
