import { getOperationAST, parse } from 'graphql';
import { createClient } from 'graphql-ws';

const PATH = '/graphql';

/** Sends one operation over HTTP and answers the GraphQL response, also when its status is an error. */
export async function request(body, headers = {}, timeout = 60_000) {
  const response = await fetch(PATH, {
    method: 'POST',
    headers: { Accept: 'application/graphql-response+json, application/json', ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeout),
  });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`HTTP ${response.status}: ${text.slice(0, 500) || response.statusText}`);
  }
}

/** The token of the header editor, whatever the case of the header's name. */
export function authorization(headers = {}) {
  const name = Object.keys(headers).find((key) => key.toLowerCase() === 'authorization');
  return name ? String(headers[name]) : undefined;
}

/** GraphiQL's fetcher: queries and mutations by POST, subscriptions over graphql-transport-ws on the same origin. */
export function fetcher(params, options = {}) {
  const operation = chosen(params);
  const body = { ...params, operationName: operation?.name?.value ?? params.operationName };
  return operation?.operation === 'subscription' ? subscribe(body, options.headers) : request(body, options.headers);
}

// For a moment after a change of tabs GraphiQL still knows the operation name of the tab before, so a text with one
// operation decides for itself. A text that does not parse is sent as it is: the server's error says where it is wrong.
function chosen({ query, operationName }) {
  try {
    const document = parse(query);
    return getOperationAST(document) ?? getOperationAST(document, operationName);
  } catch {
    return undefined;
  }
}

// One socket per subscription: each may carry another token, and stopping it closes everything it opened.
async function* subscribe(params, headers) {
  const token = authorization(headers);
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  const client = createClient({
    url: `${scheme}//${location.host}${PATH}`,
    connectionParams: token ? { authorization: token } : {},
    retryAttempts: 3,
    // 44xx is the server's refusal of this request: asking again changes nothing.
    shouldRetry: (event) => !(event instanceof CloseEvent && event.code >= 4400 && event.code < 4500),
  });
  try {
    yield* client.iterate(params);
  } catch (error) {
    throw closed(error);
  } finally {
    client.dispose();
  }
}

// A refusal arrives as the socket's close event or as a list of GraphQL errors; GraphiQL shows Error objects.
function closed(error) {
  if (error instanceof CloseEvent) return new Error(`The server closed the socket: ${error.code} ${error.reason}`);
  if (Array.isArray(error)) return new Error(error.map((item) => item.message).join('\n'));
  return error;
}
