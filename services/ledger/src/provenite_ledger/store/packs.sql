-- Queries of what belongs into a batch's pack. All take and give indices of statements and keys of batches; what
-- they find is bounded by a limit or by what they were given. `offset 0` keeps each step a look-up.

-- name: way
-- Batches and all that went into what made them: all inputs of a transformation; of what was shipped, refused or
-- given back the batch that it is a part of. At most $2.
with recursive way (key) as (
    select unnest($1::bigint[])
    union
    select source.batch
    from way w cross join lateral (
        select d.batch
        from batch made
        join statement s on s.index = made.key / 1024
        left join statement withdrawn on s.kind = 'retraction' and withdrawn.retracted_by = s.index
        join draw d on d.consumer = coalesce(withdrawn.index, s.index)
        join batch b on b.key = d.batch
        where made.key = w.key
          and case s.kind
              when 'transformation' then true
              when 'receipt' then b.root = made.root
              else d.position = made.key % 1024
          end
        offset 0
    ) source
)
select key from way limit $2

-- name: concerned
-- Statements before an index, with whom they concern and the statement that retracts them.
select index, kind, issuer, counterparty, retracted_by
from statement where index = any ($1::bigint[]) and index < $2

-- name: withdrawn
-- The statements that retractions withdrew.
select index from statement where retracted_by = any ($1::bigint[])

-- name: shipments
-- The receipts before an index that have closed transfers, and the sites that these left.
select index, case when receipt < $2 then receipt end as receipt, site
from shipment where index = any ($1::bigint[])

-- name: made_at
-- The sites at which statements made batches.
select index, site from making where index = any ($1::bigint[]) and site is not null

-- name: averages
-- The statements on which rolling averages look back, in the order of the log.
select consumer, member from averaged where consumer = any ($1::bigint[]) order by consumer, member

-- name: last_draws
-- The batches from which statements took, each with the last of them that did.
select batch, max(consumer) as consumer from draw where consumer = any ($1::bigint[]) group by batch

-- name: earlier_draws
-- What was taken from batches ($1) before statements ($2), by whom; at most $3.
select d.batch, d.consumer
from unnest($1::bigint[], $2::bigint[]) as wanted (batch, consumer)
cross join lateral (
    select d.batch, d.consumer from draw d where d.batch = wanted.batch and d.consumer < wanted.consumer
    offset 0
) d
limit $3

-- name: attestations
-- What is said, before an index, of statements, their batches, sites and parties, and by whom; at most $3.
select said.index, said.attester
from (
    select translate(rtrim(encode(digest, 'base64'), '='), '+/', '-_') as id
    from statement where index = any ($1::bigint[])
    offset 0
) subject
cross join lateral (
    select a.index, a.attester from attestation a
    where split_part(a.subject, '.', 1) = subject.id and a.index < $2
    offset 0
) said
limit $3

-- name: accreditations
-- What parties are accredited for, said before an index; at most $3.
select index from accreditation where party = any ($1::bigint[]) and index < $2 limit $3

-- name: ownerships
-- Who owns parties, said before an index; at most $3.
select index from ownership where party = any ($1::bigint[]) and index < $2 limit $3

-- name: keys
-- The statements before an index that register or revoke keys of parties; at most $3.
select index from statement
where counterparty = any ($1::bigint[]) and kind in ('key', 'revocation') and index < $2
limit $3

-- name: texts
-- Statements as received, in the order of the log, with when they were recorded.
select index, compact, floor(extract(epoch from recorded_at))::bigint as recorded_at
from statement where index = any ($1::bigint[]) order by index

-- name: draws
-- What statements took, in order, and what was left before.
select consumer, batch, before from draw where consumer = any ($1::bigint[]) order by consumer, position

-- name: revised
-- What a batch that was made held before the first of the statements from $2 on, before $3, that has changed it.
select before from revision where batch = $1 and late >= $2 and late < $3 order by late limit 1

-- name: certificates
-- The certificates of a batch before an index whose signature counts, the newest first, at most $3.
select c.index, c.id, c.list, c.policy, c.declaration, s.digest, e.jwt
from certificate c
join statement s on s.index = c.index
join credential e on e.digest = c.credential
join certificate_key k on k.key_id = e.key_id and k.retired_at is null
where c.batch = $1 and c.index < $2
order by c.index desc limit $3

-- name: told_of
-- Of a batch's certificates, a party's or all, the status lists and the newest statement about them; at most $3 lists.
select list, max(greatest(index, coalesce(changed, index))) as newest
from certificate where batch = $1 and ($2::bigint is null or party = $2)
group by list order by list desc limit $3

-- name: standings
-- Statements, between two indices, that say how certificates of parties stand; at most $4.
select index, compact
from statement
where kind = 'certificate_status' and counterparty = any ($1::bigint[]) and index > $2 and index < $3
order by index limit $4
