-- Queries of the facts about statements that make matter, as the log before an index ($2) has them.

-- name: makings
-- Statements that make matter, with what the facts about them depend on.
select m.index, s.digest, p.digest as issuer, s.key_id, s.recorded_at, t.digest as site, m.occurred_at, m.proxy
from making m
join statement s on s.index = m.index
join statement p on p.index = s.issuer
left join statement t on t.index = m.site
where m.index = any ($1::bigint[])
order by m.index

-- name: attestations
-- What is said of statements, their batches, sites or parties.
select s.index, s.digest, s.recorded_at, p.digest as attester_id, a.*
from attestation a
join statement s on s.index = a.index
join statement p on p.index = a.attester
where split_part(a.subject, '.', 1) = any ($1::text[]) and a.index < $2

-- name: accreditations
-- What parties are accredited for.
select s.digest, s.recorded_at, s.key_id, p.digest as party_id, a.*
from accreditation a
join statement s on s.index = a.index
join statement p on p.index = a.party
where p.digest = any ($1::bytea[]) and a.index < $2

-- name: ownerships
-- Who controls parties.
select s.digest, s.recorded_at, s.key_id, p.digest as party_id, o.*
from ownership o
join statement s on s.index = o.index
join statement p on p.index = o.party
where p.digest = any ($1::bytea[]) and o.index < $2

-- name: stands
-- Statements with the key that signed them, and whether they are retracted by then.
select s.index, s.digest, s.kind, p.digest as issuer, s.key_id, s.recorded_at, r.digest as retraction
from statement s
join statement p on p.index = s.issuer
left join statement r on r.index = s.retracted_by and r.index < $2
where s.index = any ($1::bigint[])

-- name: keys
-- Keys with the compromise that the newest revocation by then tells of.
select k.*, p.digest as party_id,
       (select c.compromised_from from key_compromise c
        where c.key_id = k.key_id and c.statement < $2
        order by c.statement desc limit 1) as compromised
from key k join statement p on p.index = k.party
where k.key_id = any ($1::bytea[])

-- name: signed
-- The register's entries that keys signed.
select index, kind from statement
where kind in ('attestation', 'accreditation', 'ownership') and key_id = any ($1::bytea[]) and index < $2

-- name: accreditations_at
-- Accreditations by index.
select s.digest, s.recorded_at, p.digest as party_id, a.*
from accreditation a
join statement s on s.index = a.index
join statement p on p.index = a.party
where a.index = any ($1::bigint[])

-- name: ownerships_at
-- Ownerships by index.
select s.digest, s.recorded_at, p.digest as party_id, o.*
from ownership o
join statement s on s.index = o.index
join statement p on p.index = o.party
where o.index = any ($1::bigint[])

-- name: attestations_through
-- Attestations by index ($1), and those that attesters ($2) made under schemes ($3).
select s.digest, s.recorded_at, p.digest as attester_id, a.*
from (
    select index from attestation where index = any ($1::bigint[])
    union
    select a.index
    from unnest($2::bytea[], $3::text[]) as under (party, scheme)
    join statement p on p.digest = under.party
    join attestation a on a.attester = p.index and a.scheme = under.scheme
) said
join attestation a on a.index = said.index
join statement s on s.index = a.index
join statement p on p.index = a.attester
where a.index < $4
