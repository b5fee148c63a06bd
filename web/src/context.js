import { request } from './transport.js';

const ANYONE = /* GraphQL */ `
  query ExampleIds {
    movies(first: 50) { edges { node { id access { offers { id kind } } } } }
    channels(first: 2) { edges { node { id } } }
    plans { id }
  }
`;

const SIGNED_IN = /* GraphQL */ `
  query ExampleViewer {
    viewer { account { roles } profiles { id } subscriptions(activeOnly: true) { id } }
  }
`;

const IMPORTS = /* GraphQL */ `
  query ExampleImports { epgImports(first: 1) { edges { node { id } } } }
`;

/** Ids and times for the example variables of somebody who has not signed in. Never fails: what is missing stays a blank. */
export async function anyoneContext() {
  const ids = await ask(ANYONE);
  const movies = ids.movies?.edges.map((edge) => edge.node) ?? [];
  const offer = (kind) => {
    const offers = movies.flatMap((movie) => (movie.access?.offers ?? []).map((each) => ({ ...each, title: movie.id })));
    return offers.find((each) => kind.test(each.kind));
  };
  const rental = offer(/^RENT/);
  const purchase = offer(/^(PURCHASE|BUY)/);
  return prune({
    ...times(new Date()),
    key: crypto.randomUUID(),
    eventId: crypto.randomUUID(),
    freshEmail: `ada+${Date.now().toString(36)}@example.com`,
    movieId: movies[0]?.id,
    rentalTitleId: rental?.title,
    rentalOfferId: rental?.id,
    purchaseTitleId: purchase?.title,
    purchaseOfferId: purchase?.id,
    planId: ids.plans?.[0]?.id,
    channelId: ids.channels?.edges[0]?.node.id,
    otherChannelId: ids.channels?.edges[1]?.node.id,
  });
}

/** What the signed-in viewer adds. */
export async function viewerContext(tokens) {
  const { viewer } = await ask(SIGNED_IN, tokens.accessToken);
  const staff = viewer?.account?.roles?.includes('ADMIN');
  const imports = staff ? await ask(IMPORTS, tokens.accessToken) : {};
  return prune({
    refreshToken: tokens.refreshToken,
    profileId: viewer?.profiles?.[0]?.id,
    subscriptionId: viewer?.subscriptions?.[0]?.id,
    importId: imports.epgImports?.edges[0]?.node.id,
  });
}

function times(now) {
  const hours = (count) => new Date(now.getTime() + count * 3_600_000).toISOString();
  return { now: now.toISOString(), inSixHours: hours(6), weekAgo: hours(-7 * 24) };
}

async function ask(query, token) {
  try {
    const reply = await request({ query }, token ? { Authorization: `Bearer ${token}` } : {}, 5_000);
    return reply.data ?? {};
  } catch {
    return {};
  }
}

function prune(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value != null));
}
