// The whole job, from an empty portal to a signed-off deployment that history finds again.

import type { BrowserContext, Page } from "@playwright/test";

import type { Api, Deployment } from "../helpers/api.ts";
import { ADA, PASSWORD, PIA, type Portal, fixture } from "../helpers/portal.ts";
import { accessible, expect, hydrated, test } from "../helpers/test.ts";

/** Marks the document, so that a reload in between would show. */
async function mark(page: Page): Promise<void> {
  await page.evaluate(() => document.documentElement.setAttribute("data-marked", "yes"));
}

async function unmoved(page: Page): Promise<void> {
  await expect(page.locator("html"), "the page was loaded anew").toHaveAttribute("data-marked", "yes");
}

/** An act as a crafted request sends it, past every button. */
async function craft(context: BrowserContext, portal: Portal, act: string, form: Record<string, string>) {
  const answer = await context.request.post(`${portal.url}/act/${act}`, {
    form,
    headers: { accept: "application/json", origin: portal.url },
  });
  return { status: answer.status(), body: (await answer.json()) as Record<string, unknown> };
}

test("a release is announced, watched, ticked, signed off and remembered", async ({ launch, page, context, browser, shop }) => {
  test.setTimeout(300_000);
  const portal = await launch(shop);
  let api: Api;
  let deployment: Deployment;
  await test.step("the first visitor becomes the administrator", async () => {
    await page.goto(`${portal.url}/history`);
    await expect(page).toHaveURL(`${portal.url}/setup`);
    await page.getByLabel("Your name").fill(ADA.name);
    await page.getByLabel("E-mail").fill(ADA.email);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Create the account" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Board" })).toBeVisible();
    await expect(page.getByRole("status").filter({ hasText: "Welcome, Ada Admin." })).toBeVisible();
    await expect(page.getByText("Nothing is here yet.")).toBeVisible();
  });

  await test.step("a pipeline announces, and the board shows it by itself", async () => {
    portal.publishRunbook();
    api = portal.api();
    await api.service("shop", "Shop", shop.at.https);
    await page.goto(portal.url);
    await hydrated(page);
    await mark(page);
    // Slow enough that the page is open before the probes have answered.
    await shop.fault({ slow_ms: 6_000 });
    deployment = await api.announce({
      version: "1.4.0",
      commit: "9f2c1ab9f2c1ab9f2c1ab9f2c1ab9f2c1ab9f2c1",
      deployed_by: ADA.email,
      notes: "Faster checkout.",
    });
    await expect(page.locator("#watched")).toContainText("shop 1.4.0");
    await unmoved(page);
  });

  await test.step("the probes tick while one looks", async () => {
    await page.goto(`${portal.url}/deployments/${deployment.id}`);
    await hydrated(page);
    await mark(page);
    const box = page.locator("#perf-security");
    await expect(box.getByText("not measured yet").first()).toBeVisible();
    await shop.fault({ slow_ms: 0 });
    await expect(box.locator('.chip[data-state="passed"]')).toHaveCount(7);
    await expect(box).toHaveAttribute("data-state", "passed");
    await unmoved(page);
  });

  await test.step("an exposed file fails its box by name; closed, it waits for who says what was rotated", async () => {
    const box = page.locator("#perf-security");
    await shop.fault({ env_exposed: true });
    await box.getByRole("button", { name: /^Probe now/ }).click();
    await expect(box).toHaveAttribute("data-state", "failed");
    await expect(box.locator('.chip[data-state="failed"]')).toContainText("exposed files");
    await box.getByText("Evidence", { exact: false }).first().click();
    await expect(box.locator(".evidence").first()).toContainText("/.env");
    await expect(page.getByRole("region", { name: "Verdict" })).toContainText("Failed");
    expect((await api.gate(deployment.id)).body.verdict).toBe("failed");

    await shop.fault({ env_exposed: false });
    await box.getByRole("button", { name: /^Probe now/ }).click();
    await box.getByLabel(/What was rotated/).fill("The database's password and the application's key.");
    await expect(box).toHaveAttribute("data-state", "failed");
    await box.getByRole("button", { name: "Say so" }).click();
    await expect(box).toHaveAttribute("data-state", "passed");
    await unmoved(page);
  });

  await test.step("a report from CI stands beside a person's box and does not tick it", async () => {
    const box = page.locator("#smoke-tests");
    await api.report(deployment.id, "smoke-tests", await fixture("junit.xml"), "application/xml");
    await expect(box.getByText(/^Evidence/)).toBeVisible();
    await box.getByText(/^Evidence/).click();
    await expect(box.locator(".evidence").first()).toContainText("2 passed");
    await expect(box).toHaveAttribute("data-state", "open");
    const refused = await api.call<{ detail: string }>("POST", `/deployments/${deployment.id}/items/smoke-tests/results`, {
      status: "passed",
    });
    expect(refused.status).toBe(409);
    expect(refused.body.detail).toContain("smoke-tests");
    await unmoved(page);
  });

  await test.step("a person ticks, takes it back, and ticks again; the history keeps all three", async () => {
    const box = page.locator("#smoke-tests");
    await box.getByText("Tick with a note…").click();
    await box.getByLabel(/What you saw/).fill("Registered as a new customer and paid.");
    await box.getByRole("button", { name: "Tick with this note" }).click();
    await expect(box).toHaveAttribute("data-state", "passed");
    await expect(box).toContainText("Registered as a new customer and paid.");

    await box.getByRole("button", { name: /^Take back/ }).click();
    await expect(box).toHaveAttribute("data-state", "open");
    await box.getByText(/^Evidence/).click();
    await expect(box.locator(".evidence").first()).toContainText("Taken back");
    await box.getByRole("button", { name: /^Tick: / }).click();
    await expect(box).toHaveAttribute("data-state", "passed");

    const said = page.locator("#timeline li", { hasText: ADA.name });
    await expect(said.filter({ hasText: "Smoke tests pass" })).toHaveCount(3);
    await unmoved(page);
  });

  await test.step("the gate refuses and names what is open", async () => {
    const gate = await api.gate(deployment.id);
    expect(gate.status).toBe(409);
    expect(gate.body.open.sort()).toEqual(["integrations", "logs-triaged", "release-notes"]);
    expect(gate.body.verdict).toBe("undecided");

    const panel = page.locator("#sign-off");
    await expect(panel.getByRole("button", { name: /^Sign off/ })).toHaveCount(0);
    await expect(panel).toContainText("Release notes are sent");
    const crafted = await craft(context, portal, "sign-off", { deployment: deployment.id });
    expect(crafted.status).toBe(409);
    expect(crafted.body.detail).toContain("release-notes");
    expect(crafted.body.open).toContain("release-notes");
    expect((await api.deployment(deployment.id)).state).toBe("watching");
  });

  await test.step("an approver waives a box, with a reason and an end", async () => {
    const box = page.locator("#release-notes");
    const late = await craft(context, portal, "waive", {
      deployment: deployment.id, item: "release-notes", reason: "", expires: "24h",
    });
    expect(late.status, "a waiver without a reason").toBe(422);
    await box.getByText("Waive…").click();
    await box.getByLabel("Reason").fill("Goes out with the newsletter.");
    await box.getByLabel("Until").selectOption("7d");
    await box.getByRole("button", { name: "Waive this box" }).click();
    await expect(box).toHaveAttribute("data-state", "waived");
    await expect(box).toContainText("Goes out with the newsletter.");
    await expect(box).toContainText("Waived until");
  });

  await test.step("a mixed box takes the machine's word and a person's", async () => {
    const box = page.locator("#integrations");
    await api.result(deployment.id, "integrations", "passed", "Mail, payment and queue answered.");
    await expect(box.locator(".box")).toHaveAttribute("data-state", "half");
    expect((await api.gate(deployment.id)).body.open).toContain("integrations");
    await box.getByRole("button", { name: /^Confirm: / }).click();
    await expect(box).toHaveAttribute("data-state", "passed");
    await unmoved(page);
  });

  await test.step("the last machine speaks, and the gate opens", async () => {
    // Somebody else who could sign: a team of one would sign alone, and say so.
    portal.people(PIA);
    await api.result(deployment.id, "logs-triaged", "passed", "11,204 lines, 3 signatures, all classified.");
    await expect(page.locator("#logs-triaged")).toHaveAttribute("data-state", "passed");
    const gate = await api.gate(deployment.id);
    expect(gate.body).toMatchObject({ verdict: "passed", open: [], waived: ["release-notes"] });
    await expect(page.getByRole("region", { name: "Verdict" })).toContainText("Passed with 1 waiver");
    expect(gate.status).toBe(200);
  });

  await test.step("whoever deployed cannot sign alone", async () => {
    await expect(page.locator("#sign-off")).toContainText("your sign-off cannot be the only one");
    await expect(page.locator("#sign-off").getByRole("button", { name: /^Sign off/ })).toHaveCount(0);
    const crafted = await craft(context, portal, "sign-off", { deployment: deployment.id });
    expect(crafted.status).toBe(409);
    expect(crafted.body.detail).toContain("Ask someone else");
    await accessible(page);
  });

  await test.step("a second person signs, and the watch closes for everyone who looks", async () => {
    const second = await browser.newContext();
    await portal.signIn(second, PIA);
    const pia = await second.newPage();
    await pia.goto(`${portal.url}/deployments/${deployment.id}`);
    await hydrated(pia);
    await pia.getByLabel(/^Comment/).fill("Looked at the charts with Ola.");
    await expect(pia.locator("#sign-off")).toContainText("Goes out with the newsletter.");
    await expect(pia.locator("#sign-off")).toContainText(/exposed files (failed|fails intermittently)/i);
    await expect(pia.locator("#sign-off")).toContainText("early. Its checks go on until then.");
    await pia.getByLabel(/I sign in spite of this/).check();
    await pia.getByRole("button", { name: "Sign off as approver" }).click();
    await expect(pia.getByRole("region", { name: "Verdict" })).toContainText("Signed off with 1 waiver");
    await expect(pia.locator("#sign-off")).toContainText("Looked at the charts with Ola.");
    await second.close();
    await expect(page.locator("#sign-off")).toContainText("Pia Approver");
    await unmoved(page);
  });

  await test.step("the run is frozen", async () => {
    await expect(page.getByRole("button", { name: /^(Tick|Confirm|Take back|Probe now|Waive)/ })).toHaveCount(0);
    const form = { deployment: deployment.id, item: "smoke-tests" };
    const untick = await craft(context, portal, "untick", form);
    expect(untick.status).toBe(409);
    expect(untick.body.detail).toContain("signed off");
    const result = await api.call("POST", `/deployments/${deployment.id}/items/logs-triaged/results`, { status: "passed" });
    expect(result.status).toBe(409);
    expect((await api.gate(deployment.id)).status).toBe(200);
  });

  await test.step("what was learned is written down and found again", async () => {
    await page.getByText("Write a lesson…").click();
    await page.getByLabel("Title").fill("Check the queue before the mail");
    await page.getByLabel(/What happened/).fill("The **worker** was stuck for 4 minutes.");
    await page.getByRole("button", { name: "Keep the lesson" }).click();
    await expect(page.locator("#lessons")).toContainText("Check the queue before the mail");
    await expect(page.locator("#lessons strong")).toHaveText("worker");

    await page.goto(`${portal.url}/lessons?q=stuck`);
    await expect(page.getByRole("main")).toContainText("Check the queue before the mail");
    await page.goto(`${portal.url}/lessons?q=elephant`);
    await expect(page.getByRole("main")).not.toContainText("Check the queue before the mail");
  });

  await test.step("history lists it", async () => {
    await page.goto(`${portal.url}/history?service=shop`);
    const row = page.getByRole("row", { name: /1\.4\.0/ });
    await expect(row).toContainText("Signed off");
    await row.getByRole("link", { name: /1\.4\.0/ }).click();
    await expect(page).toHaveURL(`${portal.url}/deployments/${deployment.id}`);
  });

  await test.step("a failure that comes late takes the sign-off back", async () => {
    await hydrated(page);
    await mark(page);
    await api.result(deployment.id, "logs-triaged", "failed", "A new signature, 4,211 times since noon.");
    await expect(page.locator("#logs-triaged")).toHaveAttribute("data-state", "failed");
    await expect(page.getByRole("region", { name: "Verdict" })).toContainText("revoked");
    await expect(page.locator("#sign-off").getByRole("button", { name: /^Sign off/ })).toHaveCount(0);
    await unmoved(page);
    const gate = await api.gate(deployment.id);
    expect(gate.status).toBe(409);
    expect(gate.body.open).toEqual(["logs-triaged"]);
    await accessible(page);
  });
});

test("a bad release is rolled back in two steps, and a newer one supersedes the watch", async ({ launch, page, context }) => {
  const portal = await launch();
  portal.people(ADA);
  portal.publishRunbook();
  const api = portal.api();
  await api.service("shop", "Shop");
  await portal.signIn(context, ADA);
  const first = await api.announce({ version: "1.0.0" });
  const second = await api.announce({ version: "1.1.0" });

  await test.step("the newer deployment ends the older one's watch", async () => {
    await page.goto(`${portal.url}/deployments/${first.id}`);
    await expect(page.getByRole("region", { name: "Verdict" })).toContainText("Superseded");
    await expect(page.getByText("superseded by")).toBeVisible();
    await expect(page.getByRole("link", { name: "1.1.0", exact: true }).first()).toBeVisible();
    const late = await craft(context, portal, "tick", { deployment: first.id, item: "smoke-tests" });
    expect(late.status).toBe(409);
    expect(late.body.detail).toContain("superseded");
  });

  await test.step("a rollback takes a reason and a second step", async () => {
    await page.goto(`${portal.url}/deployments/${second.id}`);
    await hydrated(page);
    const form = { deployment: second.id, reason: "Checkout answers 500." };
    const hasty = await craft(context, portal, "roll-back", form);
    expect(hasty.status).toBe(422);
    const silent = await craft(context, portal, "roll-back", { ...form, reason: " ", sure: "yes" });
    expect(silent.status).toBe(422);
    expect((await api.deployment(second.id)).state).toBe("watching");

    const panel = page.locator("#rollback");
    await panel.getByText("Roll back…").click();
    await panel.getByLabel("Reason").fill("Checkout answers 500.");
    await panel.getByRole("checkbox").check();
    await panel.getByRole("button", { name: "Roll back", exact: true }).click();
    await expect(page.getByRole("region", { name: "Verdict" })).toContainText("Rolled back");
    await expect(panel).toContainText("Checkout answers 500.");
    await expect(panel).toContainText("by hand on production, then announce it");
    expect((await api.deployment(second.id)).state).toBe("rolled_back");
    await accessible(page);
  });

  await test.step("it happens once, and the run is frozen", async () => {
    const again = await craft(context, portal, "roll-back", { deployment: second.id, reason: "Again.", sure: "yes" });
    expect(again.status).toBe(409);
    const tick = await craft(context, portal, "tick", { deployment: second.id, item: "smoke-tests" });
    expect(tick.status).toBe(409);
    expect((await api.gate(second.id)).status).toBe(409);
  });
});
