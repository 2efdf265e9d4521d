import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));

/** A program of the release. */
export function program(name: "daytwo" | "daytwo-shop"): string {
  const file = path.join(dist, name);
  if (!existsSync(file)) throw new Error(`There is no ${file}. Run: make build`);
  return file;
}

/** The environment without what a developer may have set for a portal of their own. */
function environment(more: Record<string, string>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("DAYTWO_") && name !== "DATABASE_URL",
  );
  return { ...Object.fromEntries(kept), ...more };
}

/** Something that runs beside the tests, with everything it has said. */
export class Running {
  private output = "";
  private constructor(private readonly child: ChildProcess) {
    child.stdout?.on("data", (data) => (this.output += data));
    child.stderr?.on("data", (data) => (this.output += data));
    // A worker that is ended must not leave it behind.
    process.on("exit", () => child.kill("SIGKILL"));
  }

  /** Starts it and waits for the line of standard output that says it is ready. */
  static async start(
    name: "daytwo" | "daytwo-shop",
    args: string[],
    env: Record<string, string>,
    ready: RegExp,
  ): Promise<[Running, string]> {
    const child = spawn(program(name), args, { env: environment(env), stdio: ["pipe", "pipe", "pipe"] });
    const running = new Running(child);
    const line = await new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = running.output.split("\n").find((text) => ready.test(text));
        if (found !== undefined) resolve(found);
      };
      child.stdout?.on("data", look);
      child.on("error", reject);
      child.on("exit", (code) => reject(new Error(`${name} ended with ${code}:\n${running.output}`)));
    });
    return [running, line];
  }

  /** Everything it has said so far. */
  said(): string {
    return this.output;
  }

  /** Asks it to end and waits until it has. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGTERM");
    await ended;
  }
}

/** Runs a command of the release to its end; answers its standard output. */
export function run(args: string[], input = ""): string {
  const done = spawnSync(program("daytwo"), args, { env: environment({}), input, encoding: "utf8" });
  if (done.status !== 0) {
    throw new Error(`daytwo ${args.join(" ")} ended with ${done.status}:\n${done.stderr}${done.stdout}`);
  }
  return done.stdout.trim();
}
