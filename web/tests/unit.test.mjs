import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'graphql';
import { examples, split } from '../src/operations.js';
import { fill, named, refill, variablesFor } from '../src/variables.js';

const folder = new URL('../../schema/operations/', import.meta.url);
const files = Object.fromEntries(
  readdirSync(folder)
    .filter((name) => name.endsWith('.graphql'))
    .map((name) => [`operations/${name}`, readFileSync(new URL(name, folder), 'utf8')]),
);

test('every operation becomes one example that parses by itself', () => {
  const all = examples(files);
  const expected = Object.values(files).reduce((count, text) => count + parse(text).definitions.length, 0);
  assert.equal(all.length, expected);
  for (const example of all) assert.equal(parse(example.query).definitions.length, 1);
  assert.equal(all[0].name, 'Home');
});

test('an operation with variables has example variables, and no example is left over', () => {
  const all = examples(files);
  const taking = all.filter(({ query }) => parse(query).definitions[0].variableDefinitions?.length);
  assert.deepEqual(taking.map(({ name }) => name).sort(), [...named].sort());
  for (const { name, query } of taking) {
    const declared = parse(query).definitions[0].variableDefinitions;
    const given = Object.keys(JSON.parse(variablesFor(name, {})));
    const known = declared.map((definition) => definition.variable.name.value);
    assert.deepEqual(given.filter((key) => !known.includes(key)), [], name);
    const required = declared.filter((definition) => definition.type.kind === 'NonNullType');
    for (const definition of required) assert.ok(given.includes(definition.variable.name.value), name);
  }
});

test('a comment above an operation goes with it', () => {
  const [first, second] = split('x', '# one\nquery A { a }\n\n# two\n# lines\nquery B { b }\n');
  assert.equal(first.query, '# one\nquery A { a }\n');
  assert.equal(second.query, '# two\n# lines\nquery B { b }\n');
});

test('blanks are filled where they are known and stay where they are not', () => {
  assert.deepEqual(fill({ a: '<x>', b: ['<y>', 1, null] }, { x: '7' }), { a: '7', b: ['<y>', 1, null] });
  assert.equal(variablesFor('Home', {}), '{\n  "profileId": null\n}');
  assert.match(refill('{"id": "<profileId>"}', { profileId: 'p1' }), /"p1"/);
  assert.equal(refill('{"id": <broken', { broken: 1 }), '{"id": <broken');
});
