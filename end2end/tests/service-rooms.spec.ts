// The rooms of a service: each an address, in both themes, wide and narrow, for those who may
// change it and for those who may only read.

import type { Page } from "@playwright/test";

import { ADA, Portal, VIC } from "../helpers/portal.ts";
import { accessible, expect, fits, hydrated, test } from "../helpers/test.ts";

const ROOMS = ["Overview", "Checks", "Indicators", "Heartbeats", "Rollback", "Settings"];

const address = (room: string) => (room === "Overview" ? "/services/shop" : `/services/shop/${room.toLowerCase()}`);

let portal: Portal;

test.beforeAll(async ({ shop }) => {
  portal = await Portal.start(shop);
  portal.people(ADA, VIC);
  portal.publishRunbook();
  const api = portal.api();
  await api.service("shop", "Shop", shop.at.https);
  await api.announce({ version: "1.4.0", deployed_by: "CI" });
  for (const key of ["mailer", "worker"]) {
    const beat = { environment: "production", period_s: 86_400, grace_s: 3_600 };
    expect((await api.call("PUT", `/services/shop/heartbeats/${key}`, beat)).status).toBe(201);
  }
});

test.afterAll(() => portal?.stop());

/** The bar of links between the rooms. */
const bar = (page: Page) => page.getByRole("navigation", { name: "Rooms of Shop" });

test("every room is an address, a link away from every other", async ({ page, context }) => {
  await portal.signIn(context, ADA);
  await page.goto(`${portal.url}/services/shop`);
  await hydrated(page);
  await expect(bar(page).getByRole("link")).toHaveText(ROOMS);
  for (const room of [...ROOMS.slice(1), "Overview"]) {
    await bar(page).getByRole("link", { name: room }).click();
    await expect(page).toHaveURL(`${portal.url}${address(room)}`);
    await expect(bar(page).locator("[aria-current=page]")).toHaveText(room);
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
  }
});

for (const room of ROOMS) {
  test(`${room}, in both themes and sizes`, async ({ page, context }) => {
    await portal.signIn(context, ADA);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const width of [1280, 360]) {
        await page.setViewportSize({ width, height: 800 });
        await page.goto(`${portal.url}${address(room)}`);
        await hydrated(page);
        await fits(page);
        await accessible(page);
      }
    }
  });
}

test("what a screen reader finds in them", async ({ page, context }) => {
  await portal.signIn(context, ADA);
  await page.goto(`${portal.url}${address("Overview")}`);
  await expect(page.getByRole("main")).toMatchAriaSnapshot(`
    - main:
      - navigation "Breadcrumb"
      - heading "Shop" [level=1]
      - paragraph: Tier 1 · Team Checkout
      - navigation "Rooms of Shop":
        - link "Overview"
        - link "Checks"
        - link "Indicators"
        - link "Heartbeats"
        - link "Rollback"
        - link "Settings"
      - group: Announce a deployment by hand…
      - region "What runs where":
        - heading "What runs where" [level=2]
        - 'group "What runs where of Shop: table"'
      - region "Deployments"
      - region "At a glance":
        - heading "At a glance" [level=2]
        - list:
          - listitem:
            - link "Checks"
            - paragraph: /\\d+ checks, .+/
          - listitem:
            - link "Indicators"
            - paragraph: /indicator/
          - listitem:
            - link "Heartbeats"
            - paragraph: 2 heartbeats, 2 never heard of
          - listitem:
            - link "Rollback"
            - paragraph: No plan, never rehearsed
          - listitem:
            - link "Settings"
            - paragraph: 2 environments, 3 response targets
  `);
  await page.goto(`${portal.url}${address("Rollback")}`);
  await expect(page.getByRole("main")).toMatchAriaSnapshot(`
    - main:
      - navigation "Breadcrumb"
      - heading "Shop rollback" [level=1]
      - paragraph: Tier 1 · Team Checkout
      - navigation "Rooms of Shop"
      - region "Rollback plans":
        - heading "Rollback plans" [level=2]
        - paragraph: 0 of 2 written
        - list:
          - listitem:
            - heading "staging" [level=3]
          - listitem:
            - heading "production" [level=3]
      - region "Rehearsals"
  `);
});

test("one form announces, and a link from before leads to its room", async ({ page, context }) => {
  await portal.signIn(context, ADA);
  await page.goto(`${portal.url}/services/shop#rollback`);
  await expect(page.locator("form[action='/act/announce']")).toHaveCount(1);
  await page.locator("#rollback").getByRole("link", { name: "Rollback" }).click();
  await expect(page).toHaveURL(`${portal.url}${address("Rollback")}`);
});

test("a viewer reads every room, changes none, and is told who may", async ({ page, context }) => {
  await portal.signIn(context, VIC);
  for (const room of ROOMS) {
    await page.goto(`${portal.url}${address(room)}`);
    await expect(page.getByRole("main").locator("form"), room).toHaveCount(0);
    const told = page.getByText("To change a service takes the role operator; yours is viewer.");
    await expect(told, room).toHaveCount(room === "Overview" ? 0 : 1);
    await accessible(page);
  }
});

test("a strange room, and a room of a strange service", async ({ page, context, tolerate }) => {
  tolerate(/status of 404/);
  await portal.signIn(context, VIC);
  for (const path of ["/services/shop/attic", "/services/nobody/checks", "/services/nobody/settings"]) {
    expect((await page.goto(`${portal.url}${path}`))?.status(), path).toBe(404);
  }
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a form comes back to its room, also from a narrow one", async ({ page, context }) => {
    await portal.signIn(context, ADA);
    await page.setViewportSize({ width: 360, height: 780 });
    await page.goto(`${portal.url}${address("Overview")}`);
    await bar(page).getByRole("link", { name: "Rollback" }).click();
    const plan = page.locator("#plan-production");
    await plan.locator("summary").click();
    await plan.getByLabel("Command to copy").fill("dep rollback production");
    await plan.getByRole("button", { name: "Save the plan" }).click();
    await expect(page).toHaveURL(`${portal.url}${address("Rollback")}#rollback`);
    await expect(page.getByText("Saved the rollback plan of production.")).toBeVisible();
    await expect(page.locator("#plan-of-production")).toContainText("dep rollback production");
    await bar(page).getByRole("link", { name: "Settings" }).click();
    await page.getByLabel("Owners").fill("Team Harbour");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page).toHaveURL(`${portal.url}${address("Settings")}#settings`);
    await expect(page.locator(".page-sub")).toContainText("Team Harbour");
  });
});
