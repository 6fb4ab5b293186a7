-- Queries of readers. `limit` parameters ask for one row more than a page has, to know whether another follows.

-- name: statement
-- A statement by digest, with the one that retracts it.
select s.*, r.digest as retraction
from statement s left join statement r on r.index = s.retracted_by
where s.digest = $1

-- name: texts
-- Statements as received.
select index, compact from statement where index = any ($1::bigint[])

-- name: batch
-- A batch by statement digest and output, with whom the statement that made it concerns.
select b.*, s.digest, s.kind, s.issuer, s.counterparty
from statement s join batch b on b.key = s.index * 1024 + $2
where s.digest = $1

-- name: batches_left
-- The batches of which a party holds something, or of which something is on its way to it, after a key.
select b.*, s.digest, s.kind, s.issuer, s.counterparty
from (
    select * from batch where holder = $1 and remaining > 0 and key > $2 order by key limit $3
) b
join statement s on s.index = b.key / 1024
order by b.key

-- name: batches_concerning
-- The batches that a party made or shipped, or that were shipped to it, after a key. Nobody holds another.
-- Each statement found has a batch at least (all of the cursor's may be behind it), so that one more than the
-- page has rows are enough; the limit within each keeps the join a loop that ends with the page.
with own as (
    (
        select index from statement
        where issuer = $1 and index >= $2::bigint / 1024 and kind in ('extraction', 'collection', 'transformation', 'transfer', 'receipt', 'retraction')
        order by index limit $3 + 1
    )
    union all
    (
        select index from shipment
        where receiver = $1 and index >= $2::bigint / 1024
        order by index limit $3 + 1
    )
    order by index
    limit $3 + 1
),
found as (
    select own.index, b.*
    from own cross join lateral (
        select * from batch
        where key > $2 and key >= own.index * 1024 and key < (own.index + 1) * 1024
        order by key limit $3
    ) b
    order by own.index, b.key
    limit $3
)
select found.*, s.digest, s.kind, s.issuer, s.counterparty
from found join statement s on s.index = found.index
order by found.key

-- name: trace_upstream
-- What went into the makers of these batches: all inputs of a transformation; of a transfer, a receipt or a
-- retraction what the batch is a part of.
with made as (
    select s.index, s.kind, b.key, b.root
    from unnest($1::bigint[]) as wanted (key)
    join batch b on b.key = wanted.key
    join statement s on s.index = wanted.key / 1024
),
found as (
    select d.consumer, d.position::bigint, d.batch, d.mass
    from made join draw d on d.consumer = made.index
    join batch b on b.key = d.batch
    where made.kind = 'transformation' or b.root = made.root
    union
    select made.index, made.key % 1024, made.root, b.mass
    from made join batch b on b.key = made.key
    where made.kind = 'retraction'
)
select * from found
order by consumer, position
limit $2

-- name: trace_downstream
-- What the batches of these ranges of keys went into; `shipped` where it went on as it was.
select d.consumer, d.position, d.batch, d.mass, s.kind <> 'transformation' as shipped
from unnest($1::bigint[], $2::bigint[]) as span (low, high)
join draw d on d.batch between span.low and span.high
join statement s on s.index = d.consumer
order by d.consumer, d.position
limit $3

-- name: trace_nodes
-- Statements, with the materials they made.
select s.index, s.digest, s.kind, s.issuer, s.counterparty, s.retracted_by is not null as retracted,
       s.compact,
       array(select b.material from batch b
             where b.key >= s.index * 1024 and b.key < (s.index + 1) * 1024
             order by b.key) as materials
from statement s
where s.index = any ($1::bigint[])

-- name: known_to
-- The parties that have shipped to a party, and those that have accepted what it shipped.
select sender as party from shipment where receiver = $1
union
select receiver from shipment where sender = $1 and status = 'accepted'

-- name: is_known_to
-- Whether a party is known to another, in the same sense: $2 to $1.
select exists (select from shipment where sender = $2 and receiver = $1)
    or exists (select from shipment where sender = $1 and receiver = $2 and status = 'accepted')

-- name: party
-- A party by its statement, as the register has it at a time in seconds since 1970: with the keys that can sign then.
select p.*, s.digest, s.compact,
       array(select k.key_id from key k
             where k.party = p.index and k.recorded_at <= $2 and (k.revoked_at is null or $2 < k.revoked_at)
             order by k.valid_from, k.key_id) as keys
from party p join statement s on s.index = p.index
where s.digest = $1 and floor(extract(epoch from s.recorded_at)) <= $2

-- name: parties
-- Parties after an index: all, or those listed; with the keys that can sign at a time.
select p.*, s.digest, s.compact,
       array(select k.key_id from key k
             where k.party = p.index and k.recorded_at <= $4 and (k.revoked_at is null or $4 < k.revoked_at)
             order by k.valid_from, k.key_id) as keys
from party p join statement s on s.index = p.index
where p.index > $1 and ($2::bigint[] is null or p.index = any ($2))
order by p.index
limit $3

-- name: compromises
-- What was told of keys' compromise, in the order of the log.
select c.key_id, c.compromised_from, s.recorded_at
from key_compromise c join statement s on s.index = c.statement
where c.key_id = any ($1::bytea[])
order by c.statement

-- name: site
-- A site by its statement.
select t.*, s.digest, s.compact
from site t join statement s on s.index = t.index
where s.digest = $1

-- name: sites
-- Sites after an index: all, or one party's.
select t.*, s.digest, s.compact
from site t join statement s on s.index = t.index
where t.index > $1 and ($2::bigint is null or t.party = $2)
order by t.index
limit $3

-- name: origin
-- The origin that the ledger was founded for, if it was.
select origin from ledger

-- name: alive
-- Whether the database answers.
select 1

-- name: opened
-- The sections of statements that their issuers have opened to a reader by now: to it, or to all who hold
-- matter made from them ($4: that the reader does is known of all of these statements). That is found out for
-- all at once: down to what was made from any, and from what the reader holds of it up again. `offset 0` keeps
-- each step a look-up: PostgreSQL overrates how much is made, and would read whole tables.
with recursive granted as materialized (
    select s.index, g.opened, g.receiver is null and not $4::boolean as to_holders
    from unnest($1::bigint[]) as wanted (index)
    cross join lateral (select * from statement where index = wanted.index offset 0) s
    join sharing g on g.issuer = s.issuer
    join statement said on said.index = g.index
    join key k on k.key_id = said.key_id
    where g.retracted_at is null
      -- What a compromised key has said since opens nothing.
      and (k.compromised_from is null or floor(extract(epoch from said.recorded_at)) < k.compromised_from)
      and (g.statements is null or s.index = any (g.statements))
      and (g.valid_from is null or g.valid_from <= $3)
      and (g.valid_until is null or $3 < g.valid_until)
      and (g.receiver = $2 or g.receiver is null)
),
down (key) as (
    select b.key
    from (select distinct index from granted where to_holders) g
    join batch b on b.key >= g.index * 1024 and b.key < (g.index + 1) * 1024
    union
    select made.key
    from down m cross join lateral (
        select b.key
        from batch source
        join draw d on d.batch = source.key
        join statement c on c.index = d.consumer
        join batch b on b.key >= c.index * 1024 and b.key < (c.index + 1) * 1024
        where source.key = m.key and (c.kind = 'transformation' or b.root = source.root)
        offset 0
    ) made
),
up (key) as (
    select m.key
    from down m
    cross join lateral (select holder, status, remaining from batch where key = m.key offset 0) b
    where b.holder = $2 and b.status = 'held' and b.remaining > 0
    union
    select used.key
    from up m cross join lateral (
        select source.key
        from batch b
        join statement c on c.index = b.key / 1024
        join draw d on d.consumer = c.index
        join batch source on source.key = d.batch
        where b.key = m.key and (c.kind = 'transformation' or b.root = source.root)
        offset 0
    ) used
    where used.key >= (select min(index) * 1024 from granted where to_holders)
)
select g.index, g.opened
from granted g left join (select distinct key / 1024 as index from up) held on held.index = g.index
where not g.to_holders or held.index is not null
