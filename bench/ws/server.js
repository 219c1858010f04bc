'use strict';
// An echo at /v1/echo and rooms at /v1/chat/{room} on npm ws. Prints one ready line and serves until
// killed; SIGUSR2 prints the heap in use after a collection.

const http = require('node:http');
const { WebSocketServer } = require('ws');

const CHAT = '/v1/chat/';
const BACKLOG = 4096;

const rooms = new Map();
const server = http.createServer((request, response) => {
  response.writeHead(404).end();
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false });

sockets.on('connection', (socket, request) => {
  if (request.url.startsWith(CHAT)) {
    join(request.url.slice(CHAT.length), socket);
  } else {
    socket.on('message', echo);
  }
});

// One function for all sockets: `this` is the socket.
function echo(data, isBinary) {
  this.send(data, { binary: isBinary });
}

function join(name, socket) {
  let room = rooms.get(name);
  if (room === undefined) {
    room = new Set();
    rooms.set(name, room);
  }
  room.add(socket);
  socket.on('close', () => room.delete(socket));
  socket.on('message', (data, isBinary) => {
    for (const member of room) {
      member.send(data, { binary: isBinary });
    }
  });
}

process.on('SIGUSR2', () => {
  global.gc();
  global.gc();
  console.log(`heap ${process.memoryUsage().heapUsed}`);
});

server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, () => {
  console.log(`ws ready: http://127.0.0.1:${server.address().port}`);
});
