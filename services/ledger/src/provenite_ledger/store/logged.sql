-- Queries of who reads the log itself, statement by statement.

-- name: statements
-- The statements from an index on, in the order of the log, at most $2; and of those as many as have no more than
-- $3 bytes together, but one at least.
select index, kind, issuer, counterparty, compact, recorded_at
from (
    select index, kind, issuer, counterparty, compact, floor(extract(epoch from recorded_at))::bigint as recorded_at,
           sum(length(compact)) over (order by index) - length(compact) as before
    from statement
    where index >= $1 and index < $1 + $2
) found
where before < $3
order by index

-- name: opened_by_registrar
-- What the registrar's grants open to a party of all of its statements, those that stand at a time.
select g.opened
from sharing g
join statement said on said.index = g.index
join key k on k.key_id = said.key_id
where g.issuer = 0 and g.receiver = $1 and g.statements is null and g.retracted_at is null
  -- What a compromised key has said since opens nothing.
  and (k.compromised_from is null or floor(extract(epoch from said.recorded_at)) < k.compromised_from)
  and (g.valid_from is null or g.valid_from <= $2)
  and (g.valid_until is null or $2 < g.valid_until)
