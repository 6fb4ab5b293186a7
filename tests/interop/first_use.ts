// A statement in, its batch out: through the generated client alone, with tokens that are given.
import { createClient, createConfig } from './client/index';
import { getBatch, getStatement, listBatches, submitStatement } from './index';

declare const process: { argv: string[] };

async function use(baseUrl: string, statement: string, tokens: string[]) {
  const client = createClient(createConfig({ baseUrl, auth: () => tokens.pop() }));
  const known = { client, throwOnError: true } as const;

  // The generator takes every body for JSON that is not of a type it knows.
  const { data: submitted } = await submitStatement({ ...known, body: statement, bodySerializer: null });
  const digest: string = submitted.digest;
  const [id = ''] = submitted.batches ?? [];
  const { data: batch } = await getBatch({ ...known, path: { batch_id: id } });
  const { data: recorded } = await getStatement({ ...known, path: { digest } });
  const { data: page } = await listBatches({ ...known, query: { material: batch.material, limit: 1 } });
  const { error } = await getBatch({ client, path: { batch_id: `${digest}.7` } });
  return {
    id,
    mass: batch.mass,
    statement: recorded.statement,
    listed: page.items.map((each) => each.id),
    refusal: error?.type,
  };
}

const [baseUrl = '', statement = '', ...tokens] = process.argv.slice(2);
use(baseUrl, statement, tokens).then(
  (found) => console.log(JSON.stringify(found)),
  (refusal) => {
    throw new Error(JSON.stringify(refusal));
  },
);
