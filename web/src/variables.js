/**
 * Example variables by operation name. A value `<word>` is a blank: it is filled from what the running platform
 * has (see `context.js`), before or after signing in, and otherwise left for the reader to replace.
 */
const TEMPLATES = {
  Register: { input: { email: '<freshEmail>', password: 'a long passphrase', displayName: 'Ada' } },
  Login: { input: { email: 'viewer@example.com', password: 'matinee-demo' } },
  RefreshToken: { input: { refreshToken: '<refreshToken>' } },
  Logout: { input: { refreshToken: '<refreshToken>', everywhere: false } },
  CreateProfile: { input: { name: 'Little Ada', kids: true } },
  CreateApiKey: { input: { name: 'My app', scopes: [], expiresInDays: 30 } },
  RevokeApiKey: { input: { apiKeyId: '<apiKeyId>' } },
  AddToWatchlist: { input: { profileId: '<profileId>', titleId: '<movieId>' } },
  RateTitle: { input: { profileId: '<profileId>', titleId: '<movieId>', rating: 5, comment: 'What a picture.' } },
  ProfileScreen: { id: '<profileId>' },
  Home: { profileId: '<profileId>' },
  TitlePage: { id: '<movieId>' },
  LatestTitles: { first: 10 },
  Movies: { filter: { year: 1925 }, first: 10 },
  Search: { query: 'metropolis', first: 10 },
  Suggest: { prefix: 'metr' },
  Subscribe: { input: { planId: '<planId>', paymentMethod: 'sandbox-ok', idempotencyKey: '<key>' } },
  CancelSubscription: { input: { subscriptionId: '<subscriptionId>', atPeriodEnd: true } },
  Rent: { input: { contentId: '<rentalTitleId>', offerId: '<rentalOfferId>', paymentMethod: 'sandbox-ok', idempotencyKey: '<key>' } },
  Purchase: { input: { contentId: '<purchaseTitleId>', offerId: '<purchaseOfferId>', paymentMethod: 'sandbox-ok', idempotencyKey: '<key>' } },
  IngestEvents: { input: { events: [{ id: '<eventId>', type: 'player.started', at: '<now>', subject: '<movieId>', metadata: { screen: 'title' } }] } },
  Metrics: { type: 'PLAYBACK_STARTS', from: '<weekAgo>', to: '<now>', interval: 'HOUR' },
  TrainModel: { input: { modelType: 'POPULARITY' } },
  Recommendations: { profileId: '<profileId>' },
  Guide: { channelIds: null, from: '<now>', to: '<inSixHours>' },
  Channel: { id: '<channelId>' },
  GuideUpdates: { channelIds: null },
  OnNow: { channelIds: ['<channelId>', '<otherChannelId>'] },
  GuideImport: { id: '<importId>' },
  StartPlayback: { input: { contentId: '<movieId>', profileId: '<profileId>', deviceId: 'graphiql', deviceName: 'GraphiQL', drm: 'NONE', protocols: ['HLS'] } },
  ReportPlayback: { input: { sessionId: '<sessionId>', event: 'PLAYING', positionSeconds: 2, at: '<now>', idempotencyKey: '<key>' } },
  PlaybackEvents: { sessionId: '<sessionId>' },
  CheckAccess: { contentId: '<movieId>' },
};

/** Blanks that may stay empty: the operation answers without them. */
const OPTIONAL = new Set(['<profileId>']);

/** The example variables of an operation as JSON text, or an empty string when it takes none. */
export function variablesFor(name, known) {
  const template = TEMPLATES[name];
  if (!template) return '';
  const blank = name === 'Home' && !known.profileId ? OPTIONAL : new Set();
  return JSON.stringify(fill(template, known, blank), null, 2);
}

/** Replaces each blank that is known by its value; `empty` names the blanks that become null. */
export function fill(value, known, empty = new Set()) {
  if (typeof value === 'string') {
    const blank = /^<(\w+)>$/.exec(value)?.[1];
    if (!blank) return value;
    return known[blank] ?? (empty.has(value) ? null : value);
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, known, empty));
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, known, empty)]));
  }
  return value;
}

/** Fills the blanks that are left in variables somebody may have edited; text that is not JSON stays as it is. */
export function refill(text, known) {
  if (!text || !text.includes('<')) return text;
  try {
    return JSON.stringify(fill(JSON.parse(text), known), null, 2);
  } catch {
    return text;
  }
}

/** Operation names with example variables; a test compares them with the operations. */
export const named = Object.keys(TEMPLATES);
