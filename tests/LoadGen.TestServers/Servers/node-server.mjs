// A TLS server on a free port of loopback. It writes a line of JSON of each handshake, completed or failed, and
// leaves it to the client to close.
// Its one argument is its options, in JSON.
import { constants } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:tls';

const options = JSON.parse(process.argv[2]);
const say = what => process.stdout.write(JSON.stringify(what) + '\n');

const server = createServer({
  cert: options.chains.map(path => readFileSync(path)),
  key: options.keys.map(path => readFileSync(path)),
  ca: options.clientAuthorities ? readFileSync(options.clientAuthorities) : undefined,
  requestCert: Boolean(options.clientAuthorities),
  rejectUnauthorized: true,
  minVersion: options.minVersion,
  maxVersion: options.maxVersion,
  ecdhCurve: options.groups || 'auto',
  dhparam: 'auto',
  ciphers: options.ciphers || undefined,
  ALPNProtocols: options.applicationProtocols.length ? options.applicationProtocols : undefined,
  secureOptions: options.tickets ? 0 : constants.SSL_OP_NO_TICKET,
});

if (options.sessionIds) {
  // It has no memory of its own.
  const sessions = new Map();
  server.on('newSession', (id, session, done) => {
    sessions.set(id.toString('hex'), session);
    done();
  });
  server.on('resumeSession', (id, done) => done(null, sessions.get(id.toString('hex')) ?? null));
}

server.on('secureConnection', socket => {
  // A client may reset; until it goes, whatever it sends is read and left at that. To close at once here would be before
  // the tickets of TLS 1.3 are sent.
  socket.on('error', () => {});
  socket.resume();
  say({
    // It tells the group of a client only; the session, in the form of OpenSSL, has it.
    session: socket.getSession().toString('base64'),
    resumed: socket.isSessionReused(),
    serverName: socket.servername || null,
    applicationProtocol: socket.alpnProtocol || null,
  });
});

server.on('tlsClientError', error => say({ error: error.code ?? error.message }));

server.listen(0, '127.0.0.1', () => say({ port: server.address().port }));
