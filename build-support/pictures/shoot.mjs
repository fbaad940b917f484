// Draws every picture of a folder: node shoot.mjs FOLDER OUTPUT [NAME…]
//
// FOLDER holds the bundled page and pictures/NAME.json. The page has no network: every request is
// answered here from the disk, and one that is not foreseen is an error.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import puppeteer from 'puppeteer-core';
import UPNG from 'upng-js';

const [folder, output, ...wanted] = process.argv.slice(2);
const ORIGIN = 'http://pictures.invalid';
const PAGE = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><link rel="stylesheet" href="/page.css">
<body style="margin:0"><div id="root"></div><script type="module" src="/page.js"></script>`;
// What Grafana's server would give: its icons are in the package, its font is in another.
const ICONS = 'node_modules/@grafana/ui/dist/public/img/icons';
const FONTS = 'node_modules/@fontsource/inter/files';
const WEIGHTS = { Regular: 400, Medium: 500 };
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--hide-scrollbars', '--font-render-hinting=none', '--lang=en-US'];

function answer(path, name) {
  if (path === '/') return { contentType: 'text/html', body: PAGE };
  if (path === '/picture.json') return { contentType: 'application/json', body: readFileSync(join(folder, 'pictures', `${name}.json`)) };
  if (path === '/page.js') return { contentType: 'text/javascript', body: readFileSync(join(folder, 'page.js')) };
  if (path === '/page.css') return { contentType: 'text/css', body: readFileSync(join(folder, 'page.css')) };
  const [, weight] = path.match(/^\/public\/fonts\/inter\/Inter-(Regular|Medium)\.woff2$/) ?? [];
  if (weight) return { contentType: 'font/woff2', body: readFileSync(`${FONTS}/inter-latin-${WEIGHTS[weight]}-normal.woff2`) };
  const [, icon] = path.match(/^\/public\/build\/img\/icons\/([\w/-]+\.svg)$/) ?? [];
  return icon ? { contentType: 'image/svg+xml', body: readFileSync(`${ICONS}/${icon}`) } : null;
}

// 256 colours draw lines and letters as well, in less than half the bytes.
function smaller(png) {
  const image = UPNG.decode(png);
  return Buffer.from(UPNG.encode(UPNG.toRGBA8(image), image.width, image.height, 256));
}

async function draw(browser, name) {
  const page = await browser.newPage();
  await page.setViewport({ width: 1440, height: 900, deviceScaleFactor: 1 });
  const wrong = [];
  page.on('pageerror', (error) => wrong.push(error.stack));
  page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    const url = new URL(request.url());
    const found = url.origin === ORIGIN ? answer(url.pathname, name) : url.protocol === 'data:' ? undefined : null;
    if (found === undefined) return request.continue();
    if (!found) wrong.push(`asked for ${request.url()}`);
    return found ? request.respond({ status: 200, ...found }) : request.abort();
  });
  await page.goto(`${ORIGIN}/`, { waitUntil: 'networkidle0' });
  const picture = await page.waitForSelector('#picture', { timeout: 20_000 }).catch(() => null);
  if (wrong.length || !picture) throw new Error(`${name}: ${wrong.join('\n') || 'nothing was drawn'}`);
  await page.evaluate(() => document.fonts.ready);
  writeFileSync(join(output, `${name}.png`), smaller(await picture.screenshot()));
  await page.close();
}

const profile = mkdtempSync(join(tmpdir(), 'pictures-'));
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS, userDataDir: profile,
  // Numbers and times are written by the language of the environment, and "C" is none.
  env: { ...process.env, LANG: 'en_US.UTF-8', LC_ALL: '', TZ: 'UTC' },
});
try {
  mkdirSync(output, { recursive: true });
  const all = readdirSync(join(folder, 'pictures')).map((file) => file.replace(/\.json$/, ''));
  for (const name of wanted.length ? wanted : all) {
    await draw(browser, name);
    console.log(join(output, `${name}.png`));
  }
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}
