// Reads [{jwt, list, did, now, contexts?}, …] and writes, for each, what software that is not ours makes of the
// certificate and its status list: `credential`, `suspended` and, with the contexts, the `expanded` JSON-LD; or the `error`.
import { text } from 'node:stream/consumers';
import { contexts as ofW3C } from '@digitalbazaar/credentials-context';
import { _checkCredential as checkCredential } from '@digitalbazaar/vc';
import { checkStatus } from '@digitalbazaar/vc-bitstring-status-list';
import { compactVerify, importJWK } from 'jose';
import jsonld from 'jsonld';

// VC-JOSE-COSE: the key is the one that the issuer's DID document allows for assertions under the header's kid.
const opened = async (jwt, did, now) => {
  const keyOf = async ({ alg, kid }) => {
    const method = did.verificationMethod.find((each) => each.id === kid);
    if (!method || !did.assertionMethod.includes(kid)) throw new Error(`no key ${kid}`);
    return importJWK(method.publicKeyJwk, alg);
  };
  const { payload, protectedHeader } = await compactVerify(jwt, keyOf, { algorithms: ['ES256'] });
  if (protectedHeader.typ !== 'vc+jwt') throw new Error(`typ ${protectedHeader.typ}`);
  const credential = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  if ((credential.issuer.id ?? credential.issuer) !== did.id) throw new Error('the issuer is another');
  // Without a second of skew it takes a moment that is equal to be a later one.
  checkCredential({ credential, now, maxClockSkew: 1 });
  return credential;
};

const suspended = async (credential, list) => {
  const documentLoader = async (url) => {
    if (url !== list.id) throw new Error(`the list is ${list.id}`);
    return { document: list, documentUrl: url };
  };
  // The signature on the list is no Data Integrity proof: it was verified as the JWT that it came in.
  const found = await checkStatus({ credential, documentLoader, verifyBitstringStatusListCredential: false });
  if (!found.verified) throw found.error;
  return found.results[0].status;
};

const expanded = async (credential, contexts) => {
  const documentLoader = async (url) => {
    const document = ofW3C.get(url) ?? contexts[url];
    if (!document) throw new Error(`no context ${url}`);
    return { document, documentUrl: url };
  };
  return jsonld.expand(credential, { documentLoader, safe: true });
};

const answers = [];
for (const { jwt, list, did, now, contexts } of JSON.parse(await text(process.stdin))) {
  try {
    const credential = await opened(jwt, did, now);
    const listed = await opened(list, did, now);
    answers.push({
      credential,
      suspended: await suspended(credential, listed),
      ...(contexts && { expanded: await expanded(credential, contexts) }),
    });
  } catch (error) {
    answers.push({ error: String(error) });
  }
}
process.stdout.write(JSON.stringify(answers));
