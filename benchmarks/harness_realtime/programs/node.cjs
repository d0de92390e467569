// Node's socket.io server, as its quick start has it: `node node.cjs PORT`.
const { createServer } = require("http");
const { Server } = require("socket.io");

const http = createServer((request, response) => response.end("ready"));
const io = new Server(http);
const arena = io.of("/benchmark");

arena.on("connection", (socket) => {
  socket.on("join", ({ room }, done) => {
    socket.join(room);
    done({ ok: true });
  });
  socket.on("say", ({ room, number, text }) => {
    arena.to(room).emit("said", { number, text });
  });
});
http.listen(Number(process.argv[2]), "127.0.0.1", 4096);
