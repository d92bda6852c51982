// An emulated GitHub on 127.0.0.1: prints its address, and ends when its standard input does.
//
//   node emulated-github.mjs < seed.json    the seed as emulate takes it, on one line
//
// The emulator would listen on every interface and has no setting for that, so the socket itself is told where to.
import { once } from "node:events";
import net from "node:net";
import readline from "node:readline";
import { createEmulator } from "emulate";

const servers = [];
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  servers.push(this);
  return listen.call(this, port, "127.0.0.1", ...rest.filter((one) => typeof one === "function"));
};

const freePort = () =>
  new Promise((resolve) => {
    const probe = net.createServer().listen(0, () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

const lines = readline.createInterface({ input: process.stdin });
lines.once("line", async (seed) => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await createEmulator({ service: "github", port, baseUrl: url, seed: JSON.parse(seed) });
  const server = servers.at(-1);
  if (!server.listening) await once(server, "listening");
  console.log(url);
});
lines.once("close", () => process.exit());
