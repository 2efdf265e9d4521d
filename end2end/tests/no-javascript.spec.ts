// The essential part of the job with scripts switched off: plain links and plain forms.

import type { Page } from "@playwright/test";

import { ADA, OLA, PASSWORD, PIA, type Person } from "../helpers/portal.ts";
import { expect, test } from "../helpers/test.ts";

test.use({ javaScriptEnabled: false });

async function signIn(page: Page, person: Person): Promise<void> {
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(said(page)).toContainText(`Signed in as ${person.name}.`);
}

/** What came of the last act. The other status on the page is the islands'. */
const said = (page: Page) => page.locator(".flash[role=status]");

async function signOut(page: Page): Promise<void> {
  await page.locator("#account > summary").click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/login$/);
}

test("set up without scripts", async ({ launch, page }) => {
  const portal = await launch();
  await page.goto(portal.url);
  await page.getByLabel("Your name").fill(ADA.name);
  await page.getByLabel("E-mail").fill(ADA.email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create the account" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Board" })).toBeVisible();
  // The door is closed behind the first one.
  await page.goto(`${portal.url}/setup`);
  await expect(page).toHaveURL(`${portal.url}/`);
});

test("sign in, tick, waive, sign off, learn and sign out without scripts", async ({ launch, page, tolerate }) => {
  tolerate(/status of 401/);
  const portal = await launch();
  portal.people(OLA, PIA);
  portal.publishRunbook();
  const api = portal.api();
  await api.service("shop", "Shop");
  const deployment = await api.announce({ version: "1.4.0" });
  const at = `${portal.url}/deployments/${deployment.id}`;

  await test.step("a wrong password stays outside", async () => {
    await page.goto(at);
    await expect(page).toHaveURL(/\/login\?next=/);
    await page.getByLabel("E-mail").fill(OLA.email);
    await page.getByLabel("Password").fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toBeVisible();
    await expect(page.getByLabel("E-mail")).toHaveValue(OLA.email);
    // The answer is the page itself; its form still leads to where the reader wanted to go.
    await expect(page).toHaveURL(/\/act\/log-in$/);
  });

  await test.step("an operator ticks and is led back to the box", async () => {
    await signIn(page, OLA);
    await expect(page).toHaveURL(at);
    await page.getByRole("button", { name: "Tick: Smoke tests pass" }).click();
    await expect(page).toHaveURL(`${at}#smoke-tests`);
    await expect(said(page)).toContainText("Ticked.");
    await expect(page.locator("#smoke-tests")).toHaveAttribute("data-state", "passed");
  });

  await test.step("takes it back, marks another as failed, ticks both again", async () => {
    await page.getByRole("button", { name: "Take back: Smoke tests pass" }).click();
    await expect(page.locator("#smoke-tests")).toHaveAttribute("data-state", "open");
    const box = page.locator("#smoke-tests");
    await box.getByText("It failed…").click();
    await box.getByLabel(/What failed/).fill("No mail arrived.");
    await box.getByRole("button", { name: "Mark as failed" }).click();
    await expect(box).toHaveAttribute("data-state", "failed");
    await expect(page.getByRole("region", { name: "Verdict" })).toContainText("Failed");
    await page.getByRole("button", { name: "Take back: Smoke tests pass" }).click();
    await page.getByRole("button", { name: "Tick: Smoke tests pass" }).click();
    await expect(box).toHaveAttribute("data-state", "passed");
  });

  await test.step("an operator may not waive", async () => {
    await expect(page.getByText("Waive…")).toHaveCount(0);
    await signOut(page);
  });

  await test.step("an approver waives", async () => {
    await page.goto(at);
    await signIn(page, PIA);
    for (const key of ["release-notes", "perf-security"]) {
      const box = page.locator(`#${key}`);
      await box.getByText("Waive…").click();
      await box.getByLabel("Reason").fill("Known, and agreed with the team.");
      await box.getByRole("button", { name: "Waive this box" }).click();
      await expect(said(page)).toContainText("Waived until");
      await expect(page.locator(`#${key}`)).toHaveAttribute("data-state", "waived");
    }
  });

  await test.step("a waiver can be ended and given again", async () => {
    await page.getByRole("button", { name: "End the waiver: Release notes are sent" }).click();
    await expect(page.locator("#release-notes")).toHaveAttribute("data-state", "open");
    await page.getByRole("button", { name: "Tick: Release notes are sent" }).click();
    await expect(page.locator("#release-notes")).toHaveAttribute("data-state", "passed");
  });

  await test.step("machines and a person close the rest", async () => {
    await api.result(deployment.id, "integrations", "passed", "All answered.");
    await api.result(deployment.id, "logs-triaged", "passed", "All classified.");
    await page.goto(at);
    await page.getByRole("button", { name: "Confirm: Integrations verified" }).click();
    await expect(page.locator("#integrations")).toHaveAttribute("data-state", "passed");
  });

  await test.step("an approver signs off", async () => {
    await page.getByLabel(/^Comment/).fill("Fine.");
    // Nobody here is known by the deployer's name, and nobody else could sign what she waived.
    await page.getByLabel(/I did not deploy this/).check();
    await page.getByLabel(/I sign this off alone/).check();
    await page.getByLabel(/I sign in spite of this \(waived: perf-security\)/).check();
    await page.getByRole("button", { name: "Sign off as approver" }).click();
    await expect(said(page)).toContainText("It was the last signature");
    await expect(page.getByRole("region", { name: "Verdict" })).toContainText("Signed off alone with 1 waiver");
    expect((await api.gate(deployment.id)).body).toMatchObject({ four_eyes: false });
    expect((await api.gate(deployment.id)).status).toBe(200);
  });

  await test.step("a lesson is kept", async () => {
    await page.getByText("Write a lesson…").click();
    await page.getByLabel("Title").fill("Plain forms do");
    await page.getByRole("button", { name: "Keep the lesson" }).click();
    await expect(page.locator("#lessons")).toContainText("Plain forms do");
  });

  await test.step("the theme is chosen, and the session ends", async () => {
    await page.locator("#account > summary").click();
    await page.getByRole("button", { name: "Dark" }).click();
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    await signOut(page);
    await page.goto(at);
    await expect(page).toHaveURL(/\/login\?next=/);
  });
});

test("a deployment is rolled back and a new one announced without scripts", async ({ launch, page, context }) => {
  const portal = await launch();
  portal.people(ADA);
  const api = portal.api();
  await api.service("shop", "Shop");
  await portal.signIn(context, ADA);

  await page.goto(portal.url);
  await page.getByText("Announce a deployment by hand…").click();
  await page.getByLabel("Service and environment").selectOption("shop production");
  await page.getByRole("textbox", { name: "Version" }).fill("2.0.0");
  await page.getByRole("button", { name: "Announce and begin the watch" }).click();
  await expect(page).toHaveURL(/\/deployments\/[0-9a-f-]{36}$/);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Shop 2.0.0");

  const panel = page.locator("#rollback");
  await panel.getByText("Roll back…").click();
  await panel.getByLabel("Reason").fill("Wrong artifact.");
  await panel.getByRole("checkbox").check();
  await panel.getByRole("button", { name: "Roll back", exact: true }).click();
  await expect(page).toHaveURL(/#rollback$/);
  await expect(page.getByRole("region", { name: "Verdict" })).toContainText("Rolled back");
});
