// Plays a demo film with hls.js in headless Chromium: node tests/player.mjs BASE_URL
// From signing up to frames on the screen, by the public operations only.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const base = (process.argv[2] ?? '').replace(/\/$/, '');
if (!/^https?:\/\//.test(base)) {
  console.error('usage: node tests/player.mjs BASE_URL');
  process.exit(2);
}
const browsers = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = browsers.find((path) => path && existsSync(path));
if (!executablePath) {
  console.error('no Chromium found: install it (scripts/install-tools.sh) or name it in CHROMIUM');
  process.exit(2);
}

const operations = new URL('../../schema/operations/', import.meta.url);
let token;

/** Runs a public operation, word for word. */
async function run(file, operationName, variables) {
  const query = readFileSync(new URL(`${file}.graphql`, operations), 'utf8');
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await (await fetch(`${base}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, operationName, variables }) })).json();
  if (answer.errors) throw new Error(`${operationName}: ${JSON.stringify(answer.errors[0])}`);
  return answer.data;
}

const email = `player-${Date.now()}@example.com`;
const registered = await run('accounts', 'Register', { input: { email, password: 'a long enough pass-phrase', displayName: 'Player' } });
token = registered.register.tokens.accessToken;
const profileId = (await run('accounts', 'Viewer')).viewer.profiles[0].id;
const planId = (await run('commerce', 'Plans')).plans[0].id;
await run('commerce', 'Subscribe', { input: { planId, paymentMethod: 'sandbox-ok', idempotencyKey: email } });
const contentId = (await run('browse', 'Movies', { first: 1 })).movies.edges[0].node.id;
const playback = (await run('playback', 'StartPlayback', { input: { contentId, profileId, deviceId: 'browser', drm: 'NONE' } })).startPlayback;
if (playback.problem) throw new Error(JSON.stringify(playback.problem));
const source = playback.session.manifests.find((manifest) => manifest.protocol === 'HLS').url;

const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required', '--mute-audio'],
});
// the player is the test's, not the page's: its script is let past the page's policy
const page = await (await browser.newContext({ bypassCSP: true })).newPage();
await page.goto(base);
await page.addScriptTag({ path: createRequire(import.meta.url).resolve('hls.js') });
await page.evaluate((url) => {
  document.body.innerHTML = '<video id="film" muted autoplay></video>';
  window.fatal = null;
  const hls = new window.Hls();
  hls.on(window.Hls.Events.ERROR, (_, error) => { if (error.fatal) window.fatal = `${error.type}: ${error.details}`; });
  hls.loadSource(url);
  hls.attachMedia(document.getElementById('film'));
  window.hls = hls;
}, source);
await page.waitForFunction(() => window.fatal || document.getElementById('film').currentTime > 2, null, { timeout: 30_000 }).catch(() => {});
const seen = await page.evaluate(() => {
  const film = document.getElementById('film');
  const frames = film.getVideoPlaybackQuality().totalVideoFrames;
  return { fatal: window.fatal, time: film.currentTime, frames, audio: film.webkitAudioDecodedByteCount, levels: window.hls.levels.length };
});
await browser.close();
const plays = !seen.fatal && seen.time > 2 && seen.frames > 20 && seen.audio > 0 && seen.levels === 3;
console.log(`${plays ? 'ok  ' : 'FAIL'} hls.js plays the demo film in three renditions: ${JSON.stringify(seen)}`);
process.exit(plays ? 0 : 1);
