// An OpenID provider that serves the paths and claims of the realm ssojabar, over HTTPS on loopback:
//   node sso.mjs FOLDER    with server.pem, server.key and people.json (login -> claims) in it
//
// Beside the realm there are `lain`, another realm, and `tiruan`, one that says it were ssojabar and has keys of its own.
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import Provider from 'oidc-provider';

const folder = process.argv[2];
const read = (name) => readFileSync(join(folder, name), 'utf8');
const people = JSON.parse(read('people.json'));
const path = '/protocol/openid-connect';
// What a token is meant for, and for how many seconds it holds.
const resources = { 'urn:mkd': ['mkd', 300], 'urn:mkd:brief': ['mkd', 1], 'urn:other': ['other', 300] };

function realm(issuer) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { ...privateKey.export({ format: 'jwk' }), kid: 'ssojabar-1', use: 'sig', alg: 'RS256' };
  return new Provider(issuer, {
    jwks: { keys: [key] },
    clients: [{
      client_id: 'portal',
      client_secret: 'a-secret-of-the-portal-for-tests',
      redirect_uris: ['https://portal.example.go.id/callback'],
      token_endpoint_auth_method: 'client_secret_post',
    }],
    cookies: { keys: ['of-this-run-alone'] },
    routes: {
      authorization: `${path}/auth`, token: `${path}/token`, userinfo: `${path}/userinfo`, jwks: `${path}/certs`,
      end_session: `${path}/logout`,
    },
    scopes: ['openid', 'profile', 'email'],
    features: {
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'urn:mkd',
        useGrantedResource: () => true,
        getResourceServerInfo: (_, resource) => ({
          scope: '', audience: resources[resource][0], accessTokenTTL: resources[resource][1],
          accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    findAccount: (_, login) => people[login] && { accountId: login, claims: () => ({ sub: login, ...people[login] }) },
    extraTokenClaims: (_, token) => people[token.accountId],
    async loadExistingGrant(ctx) {
      const { client, session, provider } = ctx.oidc;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  });
}

const server = createServer({ cert: read('server.pem'), key: read('server.key') });
server.listen(0, '127.0.0.1', () => {
  const base = `https://localhost:${server.address().port}/realms`;
  const handlers = {
    '/realms/ssojabar': realm(`${base}/ssojabar`).callback(),
    '/realms/lain': realm(`${base}/lain`).callback(),
    '/realms/tiruan': realm(`${base}/ssojabar`).callback(),
  };
  server.on('request', (request, response) => {
    const prefix = Object.keys(handlers).find((each) => request.url.startsWith(`${each}/`));
    if (!prefix) return response.writeHead(404).end();
    request.originalUrl = request.url;
    request.url = request.url.slice(prefix.length);
    return handlers[prefix](request, response);
  });
  console.log(`listening ${base}`);
});
