// Checks on their pages: writing a condition, and how one check went.

import { ADA, type Portal } from "../helpers/portal.ts";
import { accessible, expect, fits, hydrated, test } from "../helpers/test.ts";

let portal: Portal;

test.beforeEach(async ({ launch, shop, page, context }) => {
  portal = await launch(shop);
  portal.people(ADA);
  portal.publishRunbook();
  const api = portal.api();
  await api.service("shop", "Shop", shop.at.https);
  // The built-in checks are those that the runbook of an announced release names.
  await api.announce({ version: "1.4.0" });
  await portal.signIn(context, ADA);
  await page.goto(`${portal.url}/services/shop/checks`);
  await hydrated(page);
});

test("the fields of a condition are listed as one types", async ({ page }) => {
  const form = page.locator("details#new-http");
  await page.getByText("Add a check…").click();
  await form.locator("summary").first().click();
  const conditions = form.getByLabel("Conditions");
  await conditions.fill("");
  await conditions.pressSequentially("status == 200 && resp");
  const fits = form.getByRole("group", { name: "Fields that fit" });
  await expect(fits.getByRole("button")).toHaveText(["response_time_ms"]);
  await fits.getByRole("button", { name: "response_time_ms" }).click();
  await expect(conditions).toHaveValue("status == 200 && response_time_ms");
  await expect(conditions).toBeFocused();
  await expect(fits).toBeHidden();
});

test("a check that was tested shows what it saw on its page", async ({ page }) => {
  await page.getByRole("button", { name: "Test production-hsts now" }).click();
  await expect(page.locator("#check-production-hsts")).not.toContainText("No result");
  await page.locator("#check-production-hsts").getByRole("link").first().click();
  await expect(page.locator("#newest")).toContainText("max-age");
  await expect(page.locator("#measurements tbody tr").first()).toContainText("Passed");
  await expect(page.locator("#day")).toContainText("good");
  await page.setViewportSize({ width: 360, height: 780 });
  await fits(page);
  await accessible(page);
});
