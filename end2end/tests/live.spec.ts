// Pages that change while somebody works on them.

import { ADA } from "../helpers/portal.ts";
import { expect, hydrated, test } from "../helpers/test.ts";

test("what is being pressed is not replaced under the hand", async ({ launch, shop, page, context }) => {
  const portal = await launch(shop);
  portal.people(ADA);
  portal.publishRunbook();
  const api = portal.api();
  await api.service("shop", "Shop", shop.at.https);
  const deployment = await api.announce({ version: "1.4.0" });
  await portal.signIn(context, ADA);
  await page.goto(`${portal.url}/`);
  await hydrated(page);
  await page.locator(`main a[href="/deployments/${deployment.id}"]`).first().hover();
  await page.mouse.down();
  const read = page.waitForResponse((response) => response.request().headers()["x-refresh"] === "1");
  await api.result(deployment.id, "integrations", "failed", "the login does not answer");
  await read;
  // Long enough for the page to have been replaced.
  await page.waitForTimeout(700);
  await page.mouse.up();
  await expect(page).toHaveURL(`${portal.url}/deployments/${deployment.id}`);
});
