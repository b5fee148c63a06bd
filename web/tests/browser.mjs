// Opens the landing page, GraphiQL and Swagger UI of a running platform in headless Chromium: node tests/browser.mjs BASE_URL [SCREENSHOT_DIR]
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const base = (process.argv[2] ?? '').replace(/\/$/, '');
const shots = process.argv[3];
if (!/^https?:\/\//.test(base)) {
  console.error('usage: node tests/browser.mjs BASE_URL [SCREENSHOT_DIR]');
  process.exit(2);
}
const browsers = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = browsers.find((path) => path && existsSync(path));
if (!executablePath) {
  console.error('no Chromium found: install it (scripts/install-tools.sh) or name it in CHROMIUM');
  process.exit(2);
}
if (shots) mkdirSync(shots, { recursive: true });

const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
// these would sign the others out
const ENDS_SESSION = new Set(['Logout', 'RefreshToken']);
// their ids come out of an earlier answer, the reader fills them in
const LEFT_BLANK = new Set(['RevokeApiKey', 'ReportPlayback', 'PlaybackEvents', 'GuideImport', 'CancelSubscription']);
const failures = [];
let passed = 0;

/** Runs one check; a failure is noted and does not stop the others. */
async function check(name, body) {
  const started = Date.now();
  try {
    await body();
    passed += 1;
    console.log(`ok   ${name} (${Date.now() - started} ms)`);
  } catch (error) {
    failures.push(name);
    console.log(`FAIL ${name}\n     ${String(error.message ?? error).split('\n').slice(0, 12).join('\n     ')}`);
    await shoot(`failed-${failures.length}`);
  }
}

function expect(condition, message) {
  if (!condition) throw new Error(message);
}

const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
page.setDefaultTimeout(30_000);
const complaints = []; // uncaught errors, refused by the content security policy, requests to elsewhere
page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
page.on('console', (message) => {
  if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
});
page.on('request', (sent) => {
  const url = sent.url();
  if (/^(https?|wss?):/.test(url) && new URL(url).host !== new URL(base).host) complaints.push(`left the origin: ${url}`);
});
const shoot = async (name) => shots && page.screenshot({ path: join(shots, `${name}.png`) });

/** The text of one of GraphiQL's editors as its model holds it (the page draws only the visible lines). */
const response = () => page.locator('.graphiql-response').innerText();
const tab = (name) => page.getByRole('button', { name: new RegExp(`^${name} (query|mutation|subscription)$`) });
const run = () => page.getByRole('button', { name: /Execute query/ });

async function responseMatches(pattern) {
  const end = Date.now() + 30_000;
  let text = '';
  while (Date.now() < end) {
    text = (await response()).replaceAll('\u00a0', ' ');
    if (pattern.test(text)) return text;
    await page.waitForTimeout(100);
  }
  throw new Error(`the response never matched ${pattern}: ${text.slice(0, 600)}`);
}

await check('the landing page says what runs and where to go', async () => {
  await page.goto(base, { waitUntil: 'load' });
  expect((await page.title()) === 'Matinee', 'title');
  expect((await page.locator('.services li').count()) > 0, 'no service is listed');
  expect(!(await page.content()).includes('{{'), 'a placeholder was not filled in');
  for (const link of ['/graphiql', '/schema.graphql', '/health/ready', '/.well-known/jwks.json']) {
    expect((await page.locator(`a[href="${link}"]`).count()) > 0, `no link to ${link}`);
    const answer = await page.request.get(base + link);
    expect(answer.ok(), `${link} answers ${answer.status()}`);
  }
  await shoot('landing');
});

await check('GraphiQL loads offline and lists every public operation as a tab', async () => {
  await page.goto(`${base}/graphiql`, { waitUntil: 'load' });
  await page.locator('.graphiql-query-editor .view-lines').waitFor();
  const tabs = await page.locator('.graphiql-tab').count();
  const examples = await page.locator('.matinee-panel li').count();
  expect(examples >= 30 && tabs === examples, `${tabs} tabs, ${examples} examples`);
  await shoot('graphiql');
});

await check('an example query answers JSON', async () => {
  await tab('Plans').click();
  await run().click();
  const text = await responseMatches(/"plans": \[/);
  expect(!/"errors"/.test(text), text.slice(0, 400));
  await shoot('query');
});

await check('signing in fills the header editor', async () => {
  const form = page.getByRole('form', { name: 'Sign in' });
  await form.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText(/^Signed in as /).waitFor();
  await tab('Viewer').click();
  await run().click();
  await responseMatches(/"viewer": \{/);
  await page.getByRole('button', { name: 'Headers', exact: true }).click();
  await page.locator('.graphiql-editor-tool').getByText('Authorization').waitFor();
  await shoot('signed-in');
});

await check('a subscription shows its first event', async () => {
  await tab('OnNow').click();
  await run().click();
  await responseMatches(/"nowNext": \{/);
  await shoot('subscription');
  await page.getByRole('button', { name: /Stop query/ }).click();
  await run().waitFor();
});

await check('every example sends a valid operation with fitting variables', async () => {
  const form = page.getByRole('form', { name: 'Sign in' });
  await form.getByLabel('E-mail').fill('admin@example.com');
  await form.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText(/^Signed in as (?!Demo Viewer)/).waitFor();
  const wrong = [];
  const names = await page.locator('.matinee-panel li button').allInnerTexts();
  for (const name of names.map((text) => text.split(/\s/)[0])) {
    if (ENDS_SESSION.has(name)) continue;
    await tab(name).click();
    const answered = page.waitForResponse((answer) => answer.url().endsWith('/graphql'), { timeout: 5_000 }).catch(() => undefined);
    await run().click();
    const text = await responseMatches(/"(data|errors)": |Request not sent/);
    const stop = page.getByRole('button', { name: /Stop query/ });
    if (await stop.isVisible()) await stop.click();
    else await answered;
    if (/GRAPHQL_|BAD_USER_INPUT|INTERNAL|UNAVAILABLE|Request not sent/.test(text) && !LEFT_BLANK.has(name)) wrong.push(`${name}: ${text.slice(0, 300)}`);
  }
  expect(wrong.length === 0, wrong.join('\n'));
});

await check('Swagger UI shows the REST routes and calls one', async () => {
  await page.goto(`${base}/api/docs`, { waitUntil: 'load' });
  // the groups are closed until somebody opens them
  const groups = page.locator('.opblock-tag-section:not(.is-open) .opblock-tag');
  await groups.first().waitFor();
  while (await groups.count()) await groups.first().click();
  const movies = page.locator('.opblock-get').filter({ has: page.locator('[data-path="/api/v1/ondemand/movies"], [data-path="/ondemand/movies"]') }).first();
  await movies.waitFor();
  const count = await page.locator('.opblock').count();
  expect(count > 90, `${count} routes`);
  await movies.locator('.opblock-summary').click();
  await movies.getByRole('button', { name: 'Try it out' }).click();
  await movies.getByRole('button', { name: 'Execute' }).click();
  const status = movies.locator('.live-responses-table .response-col_status').last();
  await status.waitFor();
  expect(/^200/.test((await status.innerText()).trim()), await movies.innerText());
  await movies.getByText('totalItems').first().waitFor();
  await shoot('swagger');
});

await check('the pages stay on their origin and break no policy', async () => {
  expect(complaints.length === 0, complaints.join('\n'));
});

await browser.close();
console.log(`browser: ${passed} passed, ${failures.length} failed`);
process.exit(failures.length ? 1 : 0);
