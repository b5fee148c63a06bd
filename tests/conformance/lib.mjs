// What the checks share.

export const base = (process.argv[2] ?? '').replace(/\/$/, '');
if (!/^https?:\/\//.test(base)) {
  console.error(`usage: node ${process.argv[1]} BASE_URL`);
  process.exit(2);
}
export const endpoint = `${base}/graphql`;
export const socketEndpoint = endpoint.replace(/^http/, 'ws');

let passed = 0;
const failures = [];

/** Runs one check; a failure is noted and does not stop the others. */
export async function check(name, body) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('not done within 30 s')), 30_000);
  });
  try {
    await Promise.race([body(), late]);
    passed += 1;
    console.log(`ok   ${name}`);
  } catch (error) {
    failures.push(name);
    console.log(`FAIL ${name}\n     ${String(error?.stack ?? error).split('\n').slice(0, 8).join('\n     ')}`);
  } finally {
    clearTimeout(timer);
  }
}

/** Says the total and ends; what still runs (an open socket) is let go. */
export function finish(name) {
  console.log(`${name}: ${passed} of ${passed + failures.length}`);
  process.exit(failures.length === 0 && passed > 0 ? 0 : 1);
}

/** One request as any client sends it. */
export async function ask(query, variables = {}, headers = {}) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

/** A fresh token of the demo's viewer. */
export async function token() {
  const query = 'mutation($input: LoginInput!) { login(input: $input) { tokens { accessToken } problem { code } } }';
  const answer = await ask(query, { input: { email: 'viewer@example.com', password: 'matinee-demo' } });
  return answer.data.login.tokens.accessToken;
}

/** The ids of some channels of the demo. */
export async function channelIds() {
  const answer = await ask('{ channels(first: 3) { edges { node { id } } } }');
  return answer.data.channels.edges.map((edge) => edge.node.id);
}
