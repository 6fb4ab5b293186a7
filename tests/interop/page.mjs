// Reads {browser, axe, pages: [{name, html, shots}]} and shows each page in a real browser, by playwright-core:
// at a desk, on a telephone and in the dark with axe-core's findings, and printed on A4 and Letter.
import { text } from 'node:stream/consumers';
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const { browser: executablePath, pages } = JSON.parse(await text(process.stdin));
const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const VIEWS = [
  { view: 'desk', width: 1200, colorScheme: 'light' },
  { view: 'telephone', width: 360, colorScheme: 'light' },
  { view: 'dark', width: 1200, colorScheme: 'dark' },
];

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const answers = [];
for (const { name, html, folder } of pages) {
  for (const { view, width, colorScheme } of VIEWS) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
    const page = await context.newPage();
    const said = [];
    const asked = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    page.on('request', (request) => asked.push(request.url()));
    const address = pathToFileURL(html).href;
    await page.goto(address);
    const shot = `${folder}/${name}-${view}.png`;
    await page.screenshot({ path: shot, fullPage: true });
    const scrolls = await page.evaluate(() => document.documentElement.scrollWidth);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document));
    const printed = {};
    if (view === 'desk') {
      for (const format of ['A4', 'Letter']) {
        printed[format] = `${folder}/${name}-${format}.pdf`;
        // The page's own margins, as in the browser's dialogue; its size is the paper's.
        const margin = { top: '9mm', bottom: '9mm', left: '12mm', right: '12mm' };
        writeFileSync(printed[format], await page.pdf({ format, margin, printBackground: true }));
      }
    }
    answers.push({
      name, view, width, scrolls, shot, printed, said,
      asked: asked.filter((each) => each !== address),
      violations: violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`),
    });
    await context.close();
  }
}
await browser.close();
process.stdout.write(JSON.stringify(answers));
