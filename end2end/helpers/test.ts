import { AxeBuilder } from "@axe-core/playwright";
import { type Page, expect, test as base } from "@playwright/test";

import { Portal } from "./portal.ts";
import { Shop } from "./shop.ts";

interface Given {
  /** Starts a portal that ends with the test, once its pages are closed. */
  launch: (shop?: Shop) => Promise<Portal>;
  /** Says that the browser may complain about this, which is what the test provokes. */
  tolerate: (complaint: RegExp) => void;
}

/** Tests whose every page is listened to: no error on the console, no policy violated. */
export const test = base.extend<Given & { listening: void }, { shop: Shop }>({
  shop: [
    async ({}, use) => {
      const shop = await Shop.start();
      await use(shop);
      await shop.stop();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  launch: async ({}, use) => {
    const portals: Portal[] = [];
    await use(async (shop) => {
      const portal = await Portal.start(shop);
      portals.push(portal);
      return portal;
    });
    await Promise.all(portals.map((portal) => portal.stop()));
  },
  // The order counts: what is named first ends last.
  context: async ({ launch: _, context }, use) => use(context),
  tolerate: async ({}, use) => {
    tolerated.length = 0;
    await use((complaint) => tolerated.push(complaint));
  },
  listening: [
    async ({ context, tolerate: _ }, use) => {
      const complaints: string[] = [];
      context.on("console", (message) => {
        if (message.type() === "error") complaints.push(`${message.text()} (${message.location().url})`);
      });
      context.on("weberror", (error) => complaints.push(String(error.error())));
      await use();
      const left = complaints.filter((said) => !tolerated.some((allowed) => allowed.test(said)));
      expect(left, "the browser complained").toEqual([]);
    },
    { auto: true },
  ],
});

const tolerated: RegExp[] = [];

export { expect };

/** No violation of WCAG 2.1 A and AA or of axe's best practices. */
export async function accessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"])
    // The other mode gathers its findings in a second page, behind which this one sleeps; there are
    // no frames here that would need it.
    .setLegacyMode(true)
    .analyze();
  const said = violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}\n  ${node.html}\n  ${node.failureSummary}`),
  );
  expect(said, `axe at ${page.url()}`).toEqual([]);
}

/** No sideways scrolling. */
export async function fits(page: Page): Promise<void> {
  const over = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const wide = [...document.querySelectorAll("body *")].filter(
      (element) => element.getBoundingClientRect().right > width + 1,
    );
    return wide.map((element) => element.outerHTML.slice(0, 120));
  });
  expect(over, `wider than the window at ${page.url()}`).toEqual([]);
}

/** Waits until the islands have taken over: until then a form posts plainly and no key works. */
export async function hydrated(page: Page): Promise<void> {
  await expect(page.locator("dialog#palette")).toBeAttached();
}
