// What comes of a form that the islands send, and of one that the browser sends itself.

import { ADA, type Portal } from "../helpers/portal.ts";
import { expect, hydrated, test } from "../helpers/test.ts";

let portal: Portal;

test.beforeEach(async ({ launch, shop, context }) => {
  portal = await launch(shop);
  portal.people(ADA);
  portal.publishRunbook();
  await portal.api().service("shop", "Shop", shop.at.https);
  await portal.signIn(context, ADA);
});

test("a refused form says why where one is, and a good one goes on with its message", async ({ page, tolerate }) => {
  tolerate(/status of 422/);
  await page.goto(`${portal.url}/services`);
  await hydrated(page);
  await page.getByText("Add by hand…").click();
  const form = page.locator("form[action^='/act/add-service']");
  await form.getByLabel("Name", { exact: true }).fill("Another shop");
  await form.locator("[name=slug]").fill("shop");
  await form.getByRole("button").last().click();
  await expect(page.locator("#toasts")).toContainText("belongs to another service already");
  await expect(page).toHaveURL(`${portal.url}/services`);
  await expect(form.getByLabel("Name", { exact: true })).toHaveValue("Another shop");
  await expect(form).toHaveAttribute("action", "/act/add-service");

  await form.locator("[name=slug]").fill("another-shop");
  await form.getByRole("button").last().click();
  await expect(page).toHaveURL(`${portal.url}/services/another-shop`);
  await expect(page.getByRole("status").filter({ hasText: "Added Another shop." })).toBeVisible();
});

test("a new token is shown once, at the address of the tokens", async ({ page }) => {
  await page.goto(`${portal.url}/settings/tokens`);
  await hydrated(page);
  await page.getByLabel("Name").fill("pipeline");
  await page.getByRole("button", { name: "Make the token" }).click();
  await expect(page.locator("#new-token")).toContainText("d2_");
  await expect(page).toHaveURL(`${portal.url}/settings/tokens`);
  await page.reload();
  await expect(page.locator("#new-token")).toHaveCount(0);
  await expect(page.locator("#tokens").getByRole("row", { name: /pipeline/ })).toHaveCount(1);
});

test("baselines are recorded by hand, and a box is probed on the spot", async ({ page }) => {
  test.setTimeout(180_000);
  const hour = new Date(Date.now() - 3_600_000).toISOString();
  const deployment = await portal.api().announce({ version: "1.4.0", deployed_at: hour });
  await page.goto(`${portal.url}/deployments/${deployment.id}`);
  await hydrated(page);
  const card = page.locator("#baselines-card");
  // There is something to record once the first minute was summed up.
  const record = card.getByRole("button", { name: "Record baselines now" });
  await expect(record).toBeVisible({ timeout: 120_000 });
  await record.click();
  await expect(page.locator("#toasts")).toContainText("Recorded");
  await expect(card).toContainText("Recorded by hand");
  await expect(card).toContainText("by Ada Admin");
  const box = page.locator("#perf-security");
  await box.getByRole("button", { name: /^Probe now/ }).click();
  await expect(page.locator("#toasts")).toContainText(/probes hold|The probe answered/);
});
