// Every page in both themes, wide and narrow: nothing axe objects to, nothing that scrolls
// sideways, nothing on the console; and what a screen reader finds on it.

import { mkdir } from "node:fs/promises";
import type { Page } from "@playwright/test";

import type { Deployment } from "../helpers/api.ts";
import { ADA, OLA, PIA, Portal } from "../helpers/portal.ts";
import { accessible, expect, fits, hydrated, test } from "../helpers/test.ts";

const SIZES = [
  { width: 1280, height: 900 },
  { width: 360, height: 780 },
];
const THEMES = ["light", "dark"] as const;

/** Set to a folder to keep a picture of each page, to be looked at. */
const pictures = process.env.DAYTWO_PICTURES;

let portal: Portal;
let open: Deployment;
let signed: Deployment;

test.beforeAll(async ({ shop }) => {
  portal = await Portal.start(shop);
  portal.people(ADA, OLA, PIA);
  portal.publishRunbook();
  const api = portal.api();
  await api.service("shop", "Shop", shop.at.https);
  await api.service("mailer", "Mailer");
  signed = await api.announce({ version: "1.3.7", deployed_by: "CI" });
  open = await api.announce({
    version: "1.4.0",
    commit: "9f2c1ab9f2c1ab9f2c1ab9f2c1ab9f2c1ab9f2c1",
    deployed_by: "CI",
    notes: "Faster **checkout**.\n\n- one request less",
  });
  await api.result(open.id, "integrations", "passed", "Mail, payment and queue answered.");
});

test.afterAll(() => portal?.stop());

/** Looks at a page in every theme and size. `prepare` opens what is to be open. */
async function look(page: Page, name: string, prepare?: () => Promise<void>): Promise<void> {
  const url = page.url();
  for (const theme of THEMES) {
    for (const size of SIZES) {
      await test.step(`${theme}, ${size.width} px`, async () => {
        await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
        await page.setViewportSize(size);
        await page.goto(url);
        await prepare?.();
        await fits(page);
        await accessible(page);
        if (pictures) {
          await mkdir(pictures, { recursive: true });
          await page.screenshot({ path: `${pictures}/${name}-${theme}-${size.width}.png`, fullPage: true });
        }
      });
    }
  }
}

test("set-up", async ({ launch, page }) => {
  const empty = await launch();
  await page.goto(`${empty.url}/setup`);
  await expect(page.getByRole("main")).toMatchAriaSnapshot(`
    - main:
      - link "Daytwo"
      - region "Set up Daytwo":
        - heading "Set up Daytwo" [level=1]
        - text: Your name
        - textbox "Your name"
        - text: E-mail
        - textbox "E-mail"
        - text: Password
        - textbox "Password"
        - paragraph: At least 12 characters.
        - button "Create the account"
  `);
  await look(page, "setup");
});

test("an empty board", async ({ launch, page, context }) => {
  const empty = await launch();
  empty.people(ADA);
  await empty.signIn(context, ADA);
  await page.goto(empty.url);
  await look(page, "board-empty", () => hydrated(page));
});

test("sign in", async ({ page }) => {
  await page.goto(`${portal.url}/login`);
  await expect(page.getByRole("main")).toMatchAriaSnapshot(`
    - main:
      - link "Daytwo"
      - region "Sign in":
        - heading "Sign in" [level=1]
        - textbox "E-mail"
        - textbox "Password"
        - button "Sign in"
  `);
  await look(page, "login");
});

test("board", async ({ page, context }) => {
  await portal.signIn(context, ADA);
  await page.goto(portal.url);
  await look(page, "board", async () => {
    await hydrated(page);
    await page.getByText("Announce a deployment by hand…").click();
  });
});

test("a watched deployment", async ({ page, context }) => {
  await portal.signIn(context, ADA);
  await page.goto(`${portal.url}/deployments/${open.id}`);
  await expect(page.locator('#perf-security .chip[data-state="passed"]')).toHaveCount(7);
  await look(page, "deployment", () => hydrated(page));
});

test("a watched deployment with everything opened", async ({ page, context }) => {
  await portal.signIn(context, ADA);
  await page.goto(`${portal.url}/deployments/${open.id}`);
  await look(page, "deployment-opened", async () => {
    await hydrated(page);
    // At once: opening one takes it out of the list of those that are closed.
    await page.getByRole("main").locator("details:not([open])").evaluateAll((all) => {
      for (const details of all) details.setAttribute("open", "");
    });
  });
});

test("a superseded deployment", async ({ page, context }) => {
  await portal.signIn(context, ADA);
  await page.goto(`${portal.url}/deployments/${signed.id}`);
  await look(page, "deployment-superseded", () => hydrated(page));
});

const OTHERS: [string, string][] = [
  ["services", "/services"],
  ["service", "/services/shop"],
  ["service-checks", "/services/shop/checks"],
  ["service-indicators", "/services/shop/indicators"],
  ["service-heartbeats", "/services/shop/heartbeats"],
  ["service-rollback", "/services/shop/rollback"],
  ["service-settings", "/services/shop/settings"],
  ["check", "/services/shop/checks/production-hsts"],
  ["service-bare", "/services/mailer"],
  ["duties", "/duties"],
  ["history", "/history"],
  ["history-found", "/history?q=shop"],
  ["history-nothing", "/history?q=elephant"],
  ["lessons", "/lessons"],
  ["runbooks", "/runbooks"],
  ["runbook", "/runbooks/first-deploy"],
  ["runbook-journey", "/runbooks/journey"],
  ["settings", "/settings"],
  ["settings-people", "/settings/people"],
  ["settings-tokens", "/settings/tokens"],
  ["settings-storage", "/settings/storage"],
  ["settings-background", "/settings/background"],
  ["settings-audit", "/settings/audit"],
];

for (const [name, path] of OTHERS) {
  test(`the page ${path}`, async ({ page, context }) => {
    await portal.signIn(context, ADA);
    const answer = await page.goto(`${portal.url}${path}`);
    expect(answer?.status()).toBe(200);
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    await look(page, name, () => hydrated(page));
  });
}

test("a page that is not there", async ({ page, context, tolerate }) => {
  tolerate(/status of 404/);
  await portal.signIn(context, ADA);
  await page.goto(`${portal.url}/nowhere`);
  await look(page, "not-found", () => hydrated(page));
});
