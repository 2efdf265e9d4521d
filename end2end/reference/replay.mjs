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
for (const flow of flows) {
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(flow.timeout);
    const extension = new PuppeteerRunnerExtension(browser, page, { timeout: flow.timeout });
    const done = await (await createRunner(parse(flow), extension)).run();
    said.push(done ? "ok" : "aborted");
  } catch (error) {
    said.push(String(error?.message ?? error).split("\n")[0]);
  }
  await context.close();
}
await browser.close();
console.log(JSON.stringify(said));
