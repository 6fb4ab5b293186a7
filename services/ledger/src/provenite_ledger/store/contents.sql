-- Queries of the content: what is missing upstream of a batch, what computing it needs, and what is kept.
-- `lens` is 0 for the lenses that ship with the protocol, otherwise the number of a firm's own.

-- name: batch
-- A batch: of which root which milligrams it is.
select elements, element_masses, root, offsets from batch where key = $1

-- name: kept
-- The content kept for one batch.
select shares from content where lens = $1 and batch = $2

-- name: shares
-- The content kept for batches.
select batch, shares from content where lens = $1 and batch = any ($2::bigint[])

-- name: runs
-- The rolling averages kept for statements.
select statement, run from run where lens = $1 and statement = any ($2::bigint[])

-- name: missing
-- Statements upstream of a batch whose content is not kept yet, oldest first, and how many inputs and outputs
-- each has; what is kept is not searched.
with recursive missing (index) as (
    select $2::bigint / 1024
    where not exists (select from content c where c.lens = $1 and c.batch = $2)
    union
    select upstream.index
    from missing m cross join lateral (
        select b.root / 1024 as index
        from draw d join batch b on b.key = d.batch
        where d.consumer = m.index
        union
        select a.member from averaged a where a.consumer = m.index
    ) upstream
    where not exists (select from content c where c.lens = $1 and c.batch = upstream.index * 1024)
)
select m.index,
       (select count(*) from draw d where d.consumer = m.index)
       + (select count(*) from batch b where b.key >= m.index * 1024 and b.key < (m.index + 1) * 1024) as parts
from missing m
order by m.index

-- name: statements
-- Statements with their text.
select index, compact from statement where index = any ($1::bigint[]) order by index

-- name: made
-- What statements made: the element masses of each output, in order.
select b.key, b.elements, b.element_masses
from unnest($1::bigint[]) as wanted (index)
join batch b on b.key >= wanted.index * 1024 and b.key < (wanted.index + 1) * 1024
order by b.key

-- name: draws
-- What statements took, in order, with the batches that they took it from.
select d.consumer, d.mass as taken, d.before, b.mass, b.elements, b.element_masses, b.root, b.offsets,
       r.digest as root_digest
from draw d
join batch b on b.key = d.batch
join statement r on r.index = b.root / 1024
where d.consumer = any ($1::bigint[])
order by d.consumer, d.position

-- name: upstream
-- The statements that made batches and all that went into them, at most $2.
with recursive upstream (index) as (
    select unnest($1::bigint[]) / 1024
    union
    select earlier.index
    from upstream u cross join lateral (
        select b.root / 1024 as index
        from draw d join batch b on b.key = d.batch
        where d.consumer = u.index
        union
        select a.member from averaged a where a.consumer = u.index
    ) earlier
)
select index from upstream limit $2

-- name: pending
-- How far the statements before an index reach that are still to be worked into the content.
select reach from late where not done and index < $1 order by index limit $2

-- name: entries
-- Statements with their sites, issuers and keys.
select s.digest, t.digest as site, p.digest as issuer, s.key_id
from statement s
join statement p on p.index = s.issuer
left join making m on m.index = s.index
left join statement t on t.index = m.site
where s.index = any ($1::bigint[])

-- name: made_named
-- What statements made, with the content that is kept of it.
select b.key / 1024 as maker, b.key, b.elements, b.element_masses, c.shares
from unnest($2::bigint[]) as wanted (index)
join batch b on b.key >= wanted.index * 1024 and b.key < (wanted.index + 1) * 1024
join content c on c.lens = $1 and c.batch = b.key
order by b.key

-- name: averaged_named
-- The statements over which rolling averages go, by digest.
select a.consumer, s.digest
from averaged a join statement s on s.index = a.member
where a.consumer = any ($1::bigint[])
order by a.consumer, a.member

-- name: averaged
-- The statements over which rolling averages go, in the order of the log.
select consumer, member from averaged where consumer = any ($1::bigint[]) order by consumer, member

-- name: let_keep
-- Whether content may be kept until the transaction ends: nobody revises meanwhile.
select pg_try_advisory_xact_lock_shared(0x50524F564B454550)

-- name: keep_alone
-- Nobody else keeps content until the transaction ends: what is computed meanwhile may be out of date.
select pg_advisory_xact_lock(0x50524F564B454550)

-- name: overtaken
-- Whether content is revised already by a statement from an index on.
select exists (select from late where index >= $1 and done)

-- name: keep
-- Content of new batches, if the lenses it was computed with are still the database's. Two readers may compute
-- the same: the same is what they get.
insert into content (lens, batch, shares)
select $1, * from unnest($2::bigint[], $3::bytea[])
where $1 > 0 or exists (select from ledger where catalogue = $4)
on conflict (lens, batch) do nothing

-- name: keep_runs
-- Rolling averages, likewise.
insert into run (lens, statement, run)
select $1, * from unnest($2::bigint[], $3::bytea[])
where $1 > 0 or exists (select from ledger where catalogue = $4)
on conflict (lens, statement) do nothing

-- name: may_be_kept
-- Whether the lenses that content was computed with are still the database's.
select $1::integer > 0 or exists (select from ledger where catalogue = $2)

-- name: makers
-- Statements in a range of indices that make batches with content of their own which is not kept yet, and how
-- many inputs and outputs each has. The content of a statement's batches is kept all at once.
select m.index,
       (select count(*) from draw d where d.consumer = m.index)
       + (select count(*) from batch b where b.key >= m.index * 1024 and b.key < (m.index + 1) * 1024) as parts
from making m
where m.index >= $1 and m.index < $2
  and not exists (select from content c where c.lens = 0 and c.batch = m.index * 1024)
order by m.index limit $3

-- name: take_catalogue
-- Remember the lenses with which content is computed; content of other lenses is dropped.
with before as (select catalogue from ledger), now as (update ledger set catalogue = $1)
select catalogue is distinct from $1 as differs from before

-- name: drop_content
-- Forget all content: it is computed anew as it is asked for, and what late statements change of it worked out anew.
truncate content, run, revision;
update late set done = false, total = null

-- name: next_late
-- The first statement from which content is still to be revised.
select index, reach from late where not done order by index limit 1

-- name: still_late
-- Whether content is still to be revised from a statement; if so, nobody else does until the transaction ends.
select true from late where index = $1 and not done for update

-- name: late
-- How far what a statement changes is worked out; null when it can change nothing.
select s.index, s.kind, s.issuer, s.counterparty, l.total, l.done
from statement s left join late l on l.index = s.index
where s.digest = $1

-- name: touched
-- The statements before an index that make matter and that a late one names, by digest, site, issuer or key.
-- Each by its own index: together they would read the whole log.
select m.index
from statement s join making m on m.index = s.index
where s.digest = any ($2::bytea[]) and m.index < $1
union
select m.index
from statement t join making m on m.site = t.index
where t.digest = any ($3::bytea[]) and m.index < $1
union
select m.index
from statement p
join statement s on s.issuer = p.index and s.kind in ('extraction', 'collection', 'transformation')
join making m on m.index = s.index
where p.digest = any ($4::bytea[]) and s.index < $1
union
select m.index
from statement s join making m on m.index = s.index
where s.key_id = any ($5::bytea[]) and s.index < $1
order by index

-- name: reached
-- Statements that make matter, and all before an index that is made from what they made, in the order of the log.
with recursive reached (index) as (
    select unnest($2::bigint[])
    union
    select later.index
    from reached r cross join lateral (
        select d.consumer as index
        from batch b
        join draw d on d.batch = b.key
        join making m on m.index = d.consumer
        where b.root >= r.index * 1024 and b.root < (r.index + 1) * 1024
        union
        select a.consumer from averaged a where a.member = r.index
    ) later
    where later.index < $1
)
select index,
       (select count(*) from draw d where d.consumer = index)
       + (select count(*) from batch b where b.key >= index * 1024 and b.key < (index + 1) * 1024) as parts
from reached
order by index

-- name: replace
-- Content that a late statement has changed.
update content c set shares = n.shares
from unnest($1::bigint[], $2::bytea[]) as n (batch, shares)
where c.lens = 0 and c.batch = n.batch

-- name: replace_runs
-- Rolling averages that a late statement has changed. What has become void has none.
with gone as (delete from run where lens = 0 and statement = any ($1::bigint[]) and not statement = any ($2::bigint[]))
insert into run (lens, statement, run) select 0, * from unnest($2::bigint[], $3::bytea[])
on conflict (lens, statement) do update set run = excluded.run

-- name: note_revision
-- What content was before and after.
insert into revision (late, batch, before, after)
select $1, * from unnest($2::bigint[], $3::bytea[], $4::bytea[])

-- name: forget_own
-- Content through firms' own lenses that is to be computed anew.
with forgotten as (delete from run where lens > 0 and statement = any ($1::bigint[]))
delete from content c using unnest($1::bigint[]) as made (index)
where c.lens > 0 and c.batch >= made.index * 1024 and c.batch < (made.index + 1) * 1024

-- name: finish_late
-- All that a late statement changes is worked out.
update late set done = true, total = $2 where index = $1

-- name: revisions
-- The batches, after a key, whose content a late statement has changed: what was made, and the parts of it that
-- have been shipped; with whom they concern.
select b.*, s.digest, s.kind, s.issuer, s.counterparty, r.before, r.after
from late l
join statement f on f.index = l.index
join revision r on r.late = l.index
join batch b on b.root = r.batch
join statement s on s.index = b.key / 1024
where f.digest = $1 and b.key > $2 and b.key / 1024 < l.index
  and (s.issuer = $3 or s.counterparty = $3 or exists (
      select from sharing g
      where (g.receiver = $3 or g.receiver is null) and g.issuer = s.issuer and g.retracted_at is null and 'quantities' = any (g.opened)
  ))
order by b.key limit $4
