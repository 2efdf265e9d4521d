// Replays recordings as Google's own replay does, one after the other in one Chromium, and prints for
// each "ok" or why it failed. Usage: node reference/replay.mjs FLOWS.json (an array of recordings)
import { readFileSync } from "node:fs";
import { PuppeteerRunnerExtension, createRunner, parse } from "@puppeteer/replay";
import puppeteer from "puppeteer-core";

const flows = JSON.parse(readFileSync(process.argv[2], "utf8"));
const browser = await puppeteer.launch({
  executablePath: process.env.DAYTWO_CHROMIUM,
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
const said = [];
async function replay(flow) {
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(flow.timeout);
    const extension = new PuppeteerRunnerExtension(browser, page, { timeout: flow.timeout });
    const done = await (await createRunner(parse(flow), extension)).run();
    return done ? "ok" : "aborted";
  } catch (error) {
    return String(error?.message ?? error).split("\n")[0];
  } finally {
    await context.close();
  }
}

// It looks for an element in a page that is just being left, at times, and gives up: that says nothing.
const RACED = "Execution context was destroyed";
for (const flow of flows) {
  let word = await replay(flow);
  for (let again = 0; again < 3 && word.startsWith(RACED); again++) word = await replay(flow);
  said.push(word);
}
await browser.close();
console.log(JSON.stringify(said));
