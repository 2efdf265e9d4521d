import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { BrowserContext } from "@playwright/test";

import { Api } from "./api.ts";
import { Running, run } from "./program.ts";
import type { Shop } from "./shop.ts";

export const PASSWORD = "correct horse battery";

/** A person the tests speak for. */
export interface Person {
  name: string;
  email: string;
  role: "viewer" | "operator" | "approver" | "admin";
}

export const ADA: Person = { name: "Ada Admin", email: "ada@example.org", role: "admin" };
export const OLA: Person = { name: "Ola Operator", email: "ola@example.org", role: "operator" };
export const PIA: Person = { name: "Pia Approver", email: "pia@example.org", role: "approver" };
export const VIC: Person = { name: "Vic Viewer", email: "vic@example.org", role: "viewer" };

/** The runbook the tests announce with. */
export const RUNBOOK = fileURLToPath(new URL("../fixtures/journey.yaml", import.meta.url));

/** A portal of the release, on a free port and an empty data directory of its own. */
export class Portal {
  private constructor(
    private readonly running: Running,
    private readonly directory: string,
    readonly url: string,
  ) {}

  /** Starts it; it trusts the shop's certificates where there is a shop. */
  static async start(shop?: Shop): Promise<Portal> {
    const directory = await mkdtemp(path.join(tmpdir(), "daytwo-portal-"));
    const env: Record<string, string> = { DAYTWO_PROBE_ALLOW: "127.0.0.0/8" };
    if (shop) env.DAYTWO_PROBE_ROOTS = shop.at.ca;
    const [running, line] = await Running.start(
      "daytwo",
      ["serve", "--listen", "127.0.0.1:0", "--data-dir", directory],
      env,
      /^Daytwo is at /,
    );
    return new Portal(running, directory, line.replace("Daytwo is at ", "").trim());
  }

  /** A command on its data directory. */
  command(args: string[], input = ""): string {
    return run([...args, "--data-dir", this.directory], input);
  }

  /** Adds people from the command line. */
  people(...people: Person[]): void {
    for (const { name, email, role } of people) {
      this.command(
        ["user", "create", "--email", email, "--name", name, "--role", role, "--password-stdin"],
        PASSWORD,
      );
    }
  }

  /** Publishes the tests' runbook. */
  publishRunbook(): void {
    this.command(["runbook", "apply", RUNBOOK]);
  }

  /** The API, with a token of its own. */
  api(...scopes: string[]): Api {
    const asked = (scopes.length > 0 ? scopes : ["admin"]).flatMap((scope) => ["--scope", scope]);
    return new Api(this.url, this.command(["token", "create", "--name", "ci", ...asked]));
  }

  /** Signs a person in without walking through the form. */
  async signIn(context: BrowserContext, person: Person): Promise<void> {
    const answer = await context.request.post(`${this.url}/act/log-in`, {
      form: { email: person.email, password: PASSWORD },
      headers: { accept: "application/json", origin: this.url },
    });
    if (!answer.ok()) throw new Error(`signing in answered ${answer.status()}: ${await answer.text()}`);
  }

  async stop(): Promise<void> {
    await this.running.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** What it logged. */
  log(): string {
    return this.running.said();
  }
}

/** The text of a file beside the tests. */
export async function fixture(name: string): Promise<string> {
  return readFile(new URL(`../fixtures/${name}`, import.meta.url), "utf8");
}
