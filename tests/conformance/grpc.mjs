// gRPC with grpc-js, from the .proto files as they are: node grpc.mjs BASE_URL [ACCOUNTS_URL LIVETV_URL]
// The first is a platform, or the router of one. Split, the other two are the processes of these services: with them the
// methods of subgraphs are checked, too.
import assert from 'node:assert/strict';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import { base, channelIds, check, finish, token } from './lib.mjs';

const [accountsUrl = base, livetvUrl] = process.argv.slice(3);
const protos = new URL('../../schema/proto/', import.meta.url).pathname;
const files = ['matinee/subgraph/v1/subgraph.proto', 'matinee/auth/v1/token_service.proto', 'grpc/health/v1/health.proto'];
const loaded = loader.loadSync(files, { includeDirs: [protos], longs: Number, enums: String, defaults: true });
const { matinee, grpc: standard } = grpc.loadPackageDefinition(loaded);
const at = (Service, url) => new Service(url.replace('http://', ''), grpc.credentials.createInsecure());

/** One call with one answer; `deadline` in milliseconds. */
const call = (client, method, message, { headers = {}, deadline = 10_000 } = {}) =>
  new Promise((resolve, reject) => {
    const metadata = new grpc.Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    const options = { deadline: Date.now() + deadline };
    client[method](message, metadata, options, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
const code = (expected) => (error) => {
  assert.equal(error.code, expected, error.message);
  return true;
};
const asked = (query, variables) => ({ query, variables: variables && Buffer.from(JSON.stringify(variables)) });
const json = (answer) => JSON.parse(answer.body.toString());

const tokens = at(matinee.auth.v1.TokenService, accountsUrl);
const health = at(standard.health.v1.Health, accountsUrl);

await check('a token is verified, and what is none is an answer', async () => {
  const known = await call(tokens, 'Verify', { token: await token() });
  assert.equal(known.valid, true);
  assert.match(known.accountId, /^[0-9a-f-]{36}$/);
  assert.match(known.tokenId, /^[0-9a-f-]{36}$/);
  assert.deepEqual(known.roles, ['VIEWER']);
  assert.ok(known.expiresAt > Date.now() / 1000 - 5 && known.expiresAt < Date.now() / 1000 + 86_400);
  for (const none of ['', 'nonsense', 'a.b.c']) {
    assert.deepEqual(await call(tokens, 'Verify', { token: none }), {
      valid: false,
      accountId: '',
      roles: [],
      expiresAt: 0,
      tokenId: '',
    });
  }
});

await check('a process is healthy, and so are its services', async () => {
  for (const service of ['', 'matinee.auth.v1.TokenService']) {
    assert.deepEqual(await call(health, 'Check', { service }), { status: 'SERVING' });
  }
  await assert.rejects(call(health, 'Check', { service: 'no.such.Service' }), code(grpc.status.NOT_FOUND));
});

await check('a message that is too large, and a method that is none', async () => {
  await assert.rejects(call(tokens, 'Verify', { token: 'x'.repeat(2 ** 21) }), code(grpc.status.RESOURCE_EXHAUSTED));
  const nobody = at(matinee.subgraph.v1.Subgraph, base);
  await assert.rejects(call(nobody, 'Execute', asked('{ __typename }')), code(grpc.status.UNIMPLEMENTED));
});

if (livetvUrl) {
  const accounts = at(matinee.subgraph.v1.Subgraph, accountsUrl);
  const livetv = at(matinee.subgraph.v1.Subgraph, livetvUrl);

  await check('a query with its operation name, a mutation with variables', async () => {
    const query = 'query A { __typename } mutation B($input: LoginInput!) { login(input: $input) { problem { code } } }';
    const input = { email: 'nobody@example.com', password: 'not this one' };
    const login = await call(accounts, 'Execute', { ...asked(query, { input }), operationName: 'B' });
    assert.deepEqual(json(login), { data: { login: { problem: { code: 'WRONG_CREDENTIALS' } } } });
    const named = await call(accounts, 'Execute', { ...asked(query), operationName: 'A', subgraph: 'accounts' });
    assert.deepEqual(json(named), { data: { __typename: 'Query' } });
    await assert.rejects(
      call(accounts, 'Execute', { ...asked('{ __typename }'), subgraph: 'billing' }),
      code(grpc.status.NOT_FOUND),
    );
  });

  await check('the token says who asks, and guards hold', async () => {
    const headers = { authorization: `Bearer ${await token()}` };
    const me = json(await call(accounts, 'Execute', asked('{ me { email } }'), { headers }));
    assert.equal(me.data.me.email, 'viewer@example.com');
    const wrong = { headers: { authorization: 'Bearer nonsense' } };
    const refused = json(await call(accounts, 'Execute', asked('{ me { email } }'), wrong));
    assert.equal(refused.errors[0].extensions.code, 'UNAUTHENTICATED');
    const guarded = json(await call(accounts, 'Execute', asked('{ adminUsers(first: 1) { totalCount } }'), { headers }));
    assert.equal(guarded.errors[0].extensions.code, 'FORBIDDEN');
  });

  await check('a subscription gives what happens until it is left', async () => {
    const ids = await channelIds();
    const query = 'subscription($ids: [ID!]!) { nowNext(channelIds: $ids) { channel { id } } }';
    const events = livetv.Subscribe(asked(query, { ids }));
    const seen = [];
    for await (const event of events) {
      seen.push(json(event).data.nowNext.channel.id);
      if (seen.length === ids.length) break;
    }
    assert.deepEqual([...seen].sort(), [...ids].sort());
  });

  await check('a subscription that is refused says why and is over', async () => {
    const answers = [];
    for await (const event of livetv.Subscribe(asked('subscription { nobodyTells }'))) answers.push(json(event));
    assert.equal(answers.length, 1);
    assert.ok(answers[0].errors[0].message);
  });

  await check('the deadline of a caller ends a subscription', async () => {
    const events = livetv.Subscribe(asked('subscription { epgUpdates { kind } }'), { deadline: Date.now() + 500 });
    await assert.rejects(async () => {
      for await (const event of events) json(event);
    }, code(grpc.status.DEADLINE_EXCEEDED));
  });

  await check('the health of a subgraph', async () => {
    const service = 'matinee.subgraph.v1.Subgraph';
    assert.deepEqual(await call(health, 'Check', { service }), { status: 'SERVING' });
  });
}

finish('grpc');
