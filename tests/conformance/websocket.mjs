// graphql-transport-ws with the npm client, and every close code by hand: node websocket.mjs BASE_URL
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createClient, GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import WebSocket from 'ws';
import { channelIds, check, finish, socketEndpoint, token } from './lib.mjs';

const ON_NOW = 'subscription($ids: [ID!]!) { nowNext(channelIds: $ids) { channel { id name } } }';
const ids = await channelIds();

/** The npm client. It answers our pings by itself. */
function client(options = {}) {
  return createClient({ url: socketEndpoint, webSocketImpl: WebSocket, retryAttempts: 0, ...options });
}

/** Everything an operation gives: its answers, or what `error` told. */
async function all(connection, request) {
  const answers = [];
  for await (const answer of connection.iterate(request)) answers.push(answer);
  return answers;
}

/** A socket without any client's manners. */
class Raw {
  constructor(protocols = [GRAPHQL_TRANSPORT_WS_PROTOCOL]) {
    this.socket = new WebSocket(socketEndpoint, protocols);
    this.messages = [];
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    this.socket.on('message', (data) => {
      this.messages.push(JSON.parse(data.toString()));
      this.socket.emit('heard');
    });
  }
  async open() {
    await once(this.socket, 'open');
    return this;
  }
  async ready(payload) {
    await this.open();
    this.send({ type: 'connection_init', payload });
    assert.deepEqual(await this.next(), { type: 'connection_ack' });
    return this;
  }
  send(message) {
    this.socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }
  subscribe(id, query, variables) {
    this.send({ id, type: 'subscribe', payload: { query, variables } });
  }
  async next() {
    while (this.messages.length === 0) await once(this.socket, 'heard');
    return this.messages.shift();
  }
}
const raw = () => new Raw().open();
const ready = (payload) => new Raw().ready(payload);

await check('client: a query gives one answer and completes', async () => {
  const connection = client();
  assert.deepEqual(await all(connection, { query: '{ __typename }' }), [{ data: { __typename: 'Query' } }]);
  await connection.dispose();
});

await check('client: variables, operation name and a mutation', async () => {
  const connection = client();
  const query = `
    query Other { __typename }
    mutation SignIn($input: LoginInput!) { login(input: $input) { problem { code } } }`;
  const variables = { input: { email: 'nobody@example.com', password: 'not this one' } };
  const [answer] = await all(connection, { query, variables, operationName: 'SignIn' });
  assert.deepEqual(answer, { data: { login: { problem: { code: 'WRONG_CREDENTIALS' } } } });
  await connection.dispose();
});

await check('client: a subscription gives the present state and can be left, the socket stays', async () => {
  const connection = client();
  let closed = false;
  connection.on('closed', () => (closed = true));
  const seen = [];
  for await (const answer of connection.iterate({ query: ON_NOW, variables: { ids } })) {
    seen.push(answer.data.nowNext.channel.id);
    // the client sends `complete` when its iterator is left
    if (seen.length === ids.length) break;
    // another operation meanwhile, on the same socket
    assert.equal((await all(connection, { query: '{ __typename }' })).length, 1);
  }
  assert.deepEqual([...seen].sort(), [...ids].sort());
  assert.equal(closed, false);
  await connection.dispose();
});

await check('client: a refused operation is an error, with codes', async () => {
  const connection = client();
  await assert.rejects(all(connection, { query: '{ nobodyAsksForThis }' }), (errors) => {
    assert.equal(errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
    return true;
  });
  await assert.rejects(all(connection, { query: '{ not graphql' }), (errors) => {
    assert.equal(errors[0].extensions.code, 'GRAPHQL_PARSE_FAILED');
    return true;
  });
  await connection.dispose();
});

await check('client: the error of a field comes with the data, as next', async () => {
  const connection = client();
  const answers = await all(connection, { query: '{ __typename channel(id: "no id") { id } }' });
  assert.equal(answers.length, 1);
  assert.equal(answers[0].errors[0].extensions.code, 'BAD_USER_INPUT');
  assert.equal(answers[0].data.__typename, 'Query');
  await connection.dispose();
});

await check('client: a token in connectionParams says who asks', async () => {
  const authorization = `Bearer ${await token()}`;
  for (const [connectionParams, email] of [
    [{ authorization }, 'viewer@example.com'],
    [{ Authorization: authorization }, 'viewer@example.com'],
    [undefined, null],
  ]) {
    const connection = client({ connectionParams });
    const [answer] = await all(connection, { query: '{ me { email } }' });
    assert.equal(answer.data.me?.email ?? null, email);
    await connection.dispose();
  }
});

await check('client: ping is answered by pong, ours by the client', async () => {
  const heard = [];
  const connection = client({ keepAlive: 50, lazy: false, on: { pong: (received) => heard.push(received) } });
  const end = Date.now() + 10_000;
  while (!heard.includes(true) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(heard.includes(true), 'no pong');
  await connection.dispose();
});

await check('client: a token that is none is 4403', async () => {
  const connection = client({ connectionParams: { authorization: 'Bearer nonsense' } });
  await assert.rejects(all(connection, { query: '{ __typename }' }), (event) => {
    assert.equal(event.code, 4403);
    return true;
  });
});

await check('client: a token that ends is told and closed with 4403', async () => {
  const connection = client({ connectionParams: { authorization: `Bearer ${await token()}` } });
  const closed = new Promise((resolve) => connection.on('closed', resolve));
  const answers = [];
  const told = new Promise((resolve, reject) => {
    connection.subscribe({ query: ON_NOW, variables: { ids } }, {
      next: (answer) => answers.push(answer),
      error: resolve,
      complete: () => reject(new Error('completed')),
    });
  });
  const [error] = await told;
  assert.equal(error.extensions.code, 'UNAUTHENTICATED');
  assert.ok(answers.length >= ids.length);
  const { code, reason } = await closed;
  assert.deepEqual([code, reason], [4403, 'Forbidden: the token has ended']);
});

await check('close 4400: what is not a message', async () => {
  for (const message of [
    'not json', '[]', '"x"', '{}', '{"type":"nonsense"}', '{"type":7}', '{"type":"next","id":"1"}', '{"type":"connection_init","payload":7}',
    '{"type":"subscribe"}', '{"type":"complete"}', Buffer.from([0xff, 0xfe]),
  ]) {
    const socket = await raw();
    socket.send(message);
    assert.equal((await socket.closed).code, 4400, String(message));
  }
  for (const message of [
    { id: '', type: 'subscribe', payload: { query: '{ __typename }' } },
    { id: 1, type: 'subscribe', payload: { query: '{ __typename }' } },
    { id: '1', type: 'subscribe' },
    { id: '1', type: 'subscribe', payload: {} },
    { id: '1', type: 'subscribe', payload: { query: 7 } },
    { id: '1', type: 'subscribe', payload: { query: '{ __typename }', variables: 'x' } },
    { id: '1', type: 'subscribe', payload: { query: '{ __typename }', operationName: 7 } },
    { id: '1', type: 'subscribe', payload: { query: '{ __typename }', extensions: [] } },
  ]) {
    const socket = await ready();
    socket.send(message);
    assert.equal((await socket.closed).code, 4400, JSON.stringify(message));
  }
});

await check('close 4401: subscribe before connection_init', async () => {
  const socket = await raw();
  socket.subscribe('1', '{ __typename }');
  assert.deepEqual(await socket.closed, { code: 4401, reason: 'Unauthorized' });
});

await check('close 4403: connection_init with a token that is none', async () => {
  const socket = await raw();
  socket.send({ type: 'connection_init', payload: { authorization: 'Basic dTpw' } });
  const { code, reason } = await socket.closed;
  assert.equal(code, 4403);
  assert.match(reason, /^Forbidden/);
});

await check('close 4406: no subprotocol, or the one of before', async () => {
  for (const protocols of [[], ['graphql-ws']]) {
    const socket = new Raw(protocols);
    socket.socket.on('error', () => {}); // `ws` does not take an answer without its protocol
    const { code } = await socket.closed;
    // the client itself ends a socket whose protocol was not agreed on, with 1006
    assert.ok(code === 4406 || (protocols.length > 0 && code === 1006), `${protocols}: ${code}`);
  }
});

await check('close 4408: no connection_init in time', async () => {
  const socket = await raw();
  socket.send({ type: 'ping' });
  assert.deepEqual(await socket.next(), { type: 'pong' });
  assert.equal((await socket.closed).code, 4408);
});

await check('close 4409: an id that is in use', async () => {
  const socket = await ready();
  socket.subscribe('x', ON_NOW, { ids });
  assert.equal((await socket.next()).type, 'next');
  socket.subscribe('x', '{ __typename }');
  assert.deepEqual(await socket.closed, { code: 4409, reason: 'Subscriber for x already exists' });
});

await check('close 4429: connection_init twice', async () => {
  const socket = await ready();
  socket.send({ type: 'connection_init' });
  assert.deepEqual(await socket.closed, { code: 4429, reason: 'Too many initialisation requests' });
});

await check('close 1009: a message that is too large', async () => {
  const socket = await ready();
  socket.send({ id: '1', type: 'subscribe', payload: { query: `# ${'x'.repeat(1 << 20)}` } });
  assert.equal((await socket.closed).code, 1009);
});

await check('an id is free again after complete, of either side, and complete of nothing is nothing', async () => {
  const socket = await ready({ anything: true });
  socket.send({ id: 'x', type: 'complete' });
  socket.subscribe('x', '{ __typename }');
  assert.deepEqual(await socket.next(), { id: 'x', type: 'next', payload: { data: { __typename: 'Query' } } });
  assert.deepEqual(await socket.next(), { id: 'x', type: 'complete' });
  for (let round = 0; round < 3; round += 1) {
    socket.subscribe('x', ON_NOW, { ids: ids.slice(0, 1) });
    assert.equal((await socket.next()).type, 'next');
    socket.send({ id: 'x', type: 'complete' });
  }
  socket.send({ type: 'ping', payload: { any: 1 } });
  assert.deepEqual(await socket.next(), { type: 'pong' });
  socket.send({ type: 'pong' });
  socket.subscribe('last', '{ __typename }');
  assert.equal((await socket.next()).id, 'last');
  socket.socket.close(1000);
  assert.equal((await socket.closed).code, 1000);
});

finish('websocket');
