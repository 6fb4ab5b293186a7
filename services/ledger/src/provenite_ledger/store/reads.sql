-- Queries of readers. `limit` parameters ask for one row more than a page has, to know whether another follows.

-- name: statement
-- A statement by digest; the receiver when it is a transfer.
select s.*, h.receiver
from statement s left join shipment h on h.index = s.index
where s.digest = $1

-- name: texts
-- Statements as received.
select index, compact from statement where index = any ($1::bigint[])

-- name: sender
-- Who sent the transfer with this digest.
select h.sender
from shipment h join statement s on s.index = h.index
where s.digest = $1

-- name: batch
-- A batch by statement digest and output, with whom the statement that made it concerns.
select b.*, s.digest, s.kind, s.issuer, h.receiver
from statement s
join batch b on b.key = s.index * 1024 + $2
left join shipment h on h.index = s.index
where s.digest = $1

-- name: batches_left
-- The batches of which a party holds something, or of which something is on its way to it, after a key.
select b.*, s.digest, s.kind, s.issuer, (select receiver from shipment where index = s.index) as receiver
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
        where issuer = $1 and index >= $2::bigint / 1024 and kind in ('extraction', 'collection', 'transformation', 'transfer')
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
select found.*, s.digest, s.kind, s.issuer, (select receiver from shipment where index = s.index) as receiver
from found join statement s on s.index = found.index
order by found.key

-- name: trace_upstream
-- What went into the makers of these batches: all inputs of a transformation, of a transfer the one shipped.
with made as (
    select distinct s.index, case when s.kind = 'transfer' then wanted.key % 1024 end as position
    from unnest($1::bigint[]) as wanted (key)
    join statement s on s.index = wanted.key / 1024
)
select d.consumer, d.position, d.batch, d.mass
from made join draw d
    on d.consumer = made.index and (made.position is null or d.position = made.position)
order by d.consumer, d.position
limit $2

-- name: trace_downstream
-- What the batches of these ranges of keys went into.
select d.consumer, d.position, d.batch, d.mass, s.kind = 'transfer' as shipped
from unnest($1::bigint[], $2::bigint[]) as span (low, high)
join draw d on d.batch between span.low and span.high
join statement s on s.index = d.consumer
order by d.consumer, d.position
limit $3

-- name: trace_nodes
-- The open parts of statements (what stands before the first disclosure), with the materials they made.
select s.index, s.digest, s.kind, s.issuer, split_part(s.compact, '~', 1) || '~' as opened, h.receiver,
       array(select b.material from batch b
             where b.key >= s.index * 1024 and b.key < (s.index + 1) * 1024
             order by b.key) as materials
from statement s left join shipment h on h.index = s.index
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
-- A party by its statement, with its keys.
select p.*, s.digest, s.compact,
       array(select k.key_id from key k where k.party = p.index order by k.valid_from, k.key_id) as keys
from party p join statement s on s.index = p.index
where s.digest = $1

-- name: parties
-- Parties after an index: all, or those listed.
select p.*, s.digest, s.compact,
       array(select k.key_id from key k where k.party = p.index order by k.valid_from, k.key_id) as keys
from party p join statement s on s.index = p.index
where p.index > $1 and ($2::bigint[] is null or p.index = any ($2))
order by p.index
limit $3

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
