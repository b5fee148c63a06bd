// graphql-sse in its distinct connections mode with the npm client: node sse.mjs BASE_URL
import assert from 'node:assert/strict';
import { createClient } from 'graphql-sse';
import { channelIds, check, endpoint, finish, token } from './lib.mjs';

const ON_NOW = 'subscription($ids: [ID!]!) { nowNext(channelIds: $ids) { channel { id } } }';
const ids = await channelIds();
const client = (headers = {}) => createClient({ url: endpoint, headers, retryAttempts: 0 });

async function all(connection, request) {
  const answers = [];
  for await (const answer of connection.iterate(request)) answers.push(answer);
  return answers;
}

await check('a query gives one answer and completes', async () => {
  assert.deepEqual(await all(client(), { query: '{ __typename }' }), [{ data: { __typename: 'Query' } }]);
});

await check('a mutation with variables and an operation name', async () => {
  const query = 'query A { __typename } mutation B($input: LoginInput!) { login(input: $input) { problem { code } } }';
  const variables = { input: { email: 'nobody@example.com', password: 'not this one' } };
  const answers = await all(client(), { query, variables, operationName: 'B' });
  assert.deepEqual(answers, [{ data: { login: { problem: { code: 'WRONG_CREDENTIALS' } } } }]);
});

await check('a subscription gives what happens until it is left', async () => {
  const seen = [];
  for await (const answer of client().iterate({ query: ON_NOW, variables: { ids } })) {
    seen.push(answer.data.nowNext.channel.id);
    if (seen.length === ids.length) break;
  }
  assert.deepEqual([...seen].sort(), [...ids].sort());
});

await check('the sink form: dispose ends it without an error', async () => {
  const connection = client();
  await new Promise((resolve, reject) => {
    const dispose = connection.subscribe({ query: ON_NOW, variables: { ids } }, {
      next: () => dispose(),
      error: reject,
      complete: resolve,
    });
  });
  connection.dispose();
});

await check('a document that is not valid is an answer with errors, then complete', async () => {
  for (const [query, code] of [
    ['{ nobodyAsksForThis }', 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription { epgUpdates }', 'GRAPHQL_VALIDATION_FAILED'],
    ['{ not graphql', 'GRAPHQL_PARSE_FAILED'],
  ]) {
    const answers = await all(client(), { query });
    assert.equal(answers.length, 1);
    assert.equal(answers[0].errors[0].extensions.code, code);
    assert.ok(!('data' in answers[0]));
  }
});

await check('the error of a field comes with the data', async () => {
  const [answer] = await all(client(), { query: '{ __typename channel(id: "no id") { id } }' });
  assert.equal(answer.data.__typename, 'Query');
  assert.equal(answer.errors[0].extensions.code, 'BAD_USER_INPUT');
});

await check('a token in a header says who asks; one that is none is 401', async () => {
  const [answer] = await all(client({ authorization: `Bearer ${await token()}` }), { query: '{ me { email } }' });
  assert.equal(answer.data.me.email, 'viewer@example.com');
  await assert.rejects(all(client({ authorization: 'Bearer nonsense' }), { query: '{ __typename }' }), (error) => {
    assert.equal(error.response.status, 401);
    return true;
  });
});

await check('a token that ends is told as the last answer, then complete', async () => {
  const answers = await all(client({ authorization: `Bearer ${await token()}` }), { query: ON_NOW, variables: { ids } });
  assert.ok(answers.length > ids.length);
  assert.equal(answers.at(-1).errors[0].extensions.code, 'UNAUTHENTICATED');
  assert.ok(!('data' in answers.at(-1)));
});

await check('a subscription by GET, as EventSource asks', async () => {
  const parameters = new URLSearchParams({ query: ON_NOW, variables: JSON.stringify({ ids }) });
  const response = await fetch(`${endpoint}?${parameters}`, { headers: { accept: 'text/event-stream' } });
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type'), /^text\/event-stream/);
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.split('event: next\ndata: {').length > ids.length) break;
  }
  assert.match(text, /"nowNext"/);
  const mutation = new URLSearchParams({ query: 'mutation { __typename }' });
  const refused = await fetch(`${endpoint}?${mutation}`, { headers: { accept: 'text/event-stream' } });
  assert.equal(refused.status, 405);
});

finish('sse');
