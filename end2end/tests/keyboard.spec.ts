// The page under the fingers of someone who does not use a mouse.

import type { Page } from "@playwright/test";

import type { Deployment } from "../helpers/api.ts";
import { ADA, type Portal } from "../helpers/portal.ts";
import { accessible, expect, hydrated, test } from "../helpers/test.ts";

let portal: Portal;
let deployment: Deployment;

test.beforeEach(async ({ launch, page, context }) => {
  portal = await launch();
  portal.people(ADA);
  portal.publishRunbook();
  const api = portal.api();
  await api.service("shop", "Shop");
  deployment = await api.announce({ version: "1.4.0" });
  await portal.signIn(context, ADA);
  await page.goto(`${portal.url}/deployments/${deployment.id}`);
  await hydrated(page);
});

/** The key of the box that has the focus. */
const at = (page: Page) => page.locator("[data-row]:focus");

test("j and k walk over the boxes, x ticks, w waives, r shows the way back", async ({ page }) => {
  await page.keyboard.press("j");
  await expect(at(page)).toHaveId("smoke-tests");
  await page.keyboard.press("j");
  await expect(at(page)).toHaveId("release-notes");
  await page.keyboard.press("k");
  await page.keyboard.press("k");
  await expect(at(page)).toHaveId("smoke-tests");

  await page.keyboard.press("x");
  await expect(page.locator("#smoke-tests")).toHaveAttribute("data-state", "passed");
  // The place is kept over the refresh.
  await expect(page.locator("#smoke-tests")).toHaveAttribute("aria-current", "true");
  await page.keyboard.press("j");
  await expect(at(page)).toHaveId("release-notes");

  await page.keyboard.press("w");
  await expect(page.locator("#release-notes").getByLabel("Reason")).toBeFocused();
  // Letters typed into a field are text.
  await page.keyboard.type("jkx?");
  await expect(page.locator("#release-notes").getByLabel("Reason")).toHaveValue("jkx?");
  await expect(page.locator("#release-notes")).toHaveAttribute("data-state", "open");

  await page.locator("#verdict, h1").first().click();
  await page.keyboard.press("r");
  await expect(page.locator("#rollback")).toBeFocused();
});

test("? explains the keys and Escape closes it", async ({ page }) => {
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard" });
  await expect(help).toBeVisible();
  await expect(help).toContainText("Tick or confirm");
  await accessible(page);
  await page.keyboard.press("Escape");
  await expect(help).toBeHidden();
});

test("Ctrl K jumps", async ({ page }) => {
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Search or jump to" });
  const field = palette.getByRole("combobox", { name: "Search or jump to" });
  await expect(field).toBeFocused();
  await expect(palette.getByRole("option", { name: "Services" })).toBeVisible();
  await accessible(page);
  await field.fill("1.4.0");
  await expect(palette.getByRole("option").first()).toContainText("1.4.0");
  await field.fill("lessons");
  await expect(palette.getByRole("option").first()).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`${portal.url}/lessons`);
});

test("g and a letter goes to a page", async ({ page }) => {
  await page.keyboard.press("g");
  await page.keyboard.press("b");
  await expect(page).toHaveURL(`${portal.url}/`);
});

test("the first stop skips to the content, and every stop shows where one is", async ({ page }) => {
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to content" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#main$/);

  await page.goto(`${portal.url}/deployments/${deployment.id}`);
  await hydrated(page);
  const unseen: string[] = [];
  let stops = 0;
  for (; stops < 200; stops += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      // The ring may stand around the element or around what holds it.
      let shown = false;
      for (let at: Element | null = element; at && at !== document.body; at = at.parentElement) {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(at);
        shown ||= (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
      }
      const box = element.getBoundingClientRect();
      return { html: element.outerHTML.slice(0, 120), shown, sized: box.width > 0 && box.height > 0 };
    });
    if (!stop) break;
    if (!stop.shown || !stop.sized) unseen.push(stop.html);
  }
  expect(stops, "the page has stops").toBeGreaterThan(15);
  expect(unseen, "stops that do not show").toEqual([]);
});
