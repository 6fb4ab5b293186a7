// Reads [{kind, receipt, key, …}, …] and writes, for each, the verified root or the error, by @transmute/cose.
import { text } from 'node:stream/consumers';
import { detached, receipt as receipts } from '@transmute/cose';

const bytes = (hex) => new Uint8Array(Buffer.from(hex, 'hex'));
const buffer = (hex) => bytes(hex).buffer;

const verify = async ({ kind, receipt, key, entry, oldRoot, newRoot }) => {
  const verifier = detached.verifier({ resolver: { resolve: async () => ({ ...key, alg: 'ES256' }) } });
  if (kind === 'consistency') {
    const verified = await receipts.consistency.verify({
      oldRoot: buffer(oldRoot), newRoot: buffer(newRoot), receipt: buffer(receipt), verifier,
    });
    if (!verified) throw new Error('the newer tree does not begin with the older one');
    return newRoot;
  }
  const leaf = await receipts.leaf(bytes(entry));
  const root = await receipts.inclusion.verify({ entry: leaf, receipt: buffer(receipt), verifier });
  return Buffer.from(root).toString('hex');
};

const answers = [];
for (const question of JSON.parse(await text(process.stdin))) {
  try {
    answers.push({ root: await verify(question) });
  } catch (error) {
    answers.push({ error: String(error) });
  }
}
process.stdout.write(JSON.stringify(answers));
