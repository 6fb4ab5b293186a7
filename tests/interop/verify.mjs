// Reads [{key, statement}, …] and writes, for each, the verified claims or the error, by @sd-jwt/core.
import { createPublicKey, verify } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { SDJwtInstance } from '@sd-jwt/core';
import { ES256, digest } from '@sd-jwt/crypto-nodejs';

// The package has no Ed25519 of its own, so Node's is handed in.
const ed25519 = (key) => {
  const native = createPublicKey({ key, format: 'jwk' });
  return async (data, signature) => verify(null, Buffer.from(data), native, Buffer.from(signature, 'base64url'));
};

const answers = [];
for (const { key, statement } of JSON.parse(await text(process.stdin))) {
  try {
    const verifier = key.kty === 'EC' ? await ES256.getVerifier(key) : ed25519(key);
    const reader = new SDJwtInstance({ verifier, hasher: digest, hashAlg: 'sha-256' });
    await reader.verify(statement);
    answers.push({ claims: await reader.getClaims(statement) });
  } catch (error) {
    answers.push({ error: String(error) });
  }
}
process.stdout.write(JSON.stringify(answers));
