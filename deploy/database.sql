-- Run once by the PostgreSQL image on an empty volume: the ledger's role owns its database and
-- nothing else. Afterwards the superuser has no password: only the container's own socket lets it in.
\set password `cat /run/secrets/database-password`
CREATE ROLE provenite LOGIN PASSWORD :'password';
CREATE DATABASE provenite OWNER provenite;
REVOKE CONNECT ON DATABASE provenite FROM PUBLIC;
ALTER ROLE postgres PASSWORD NULL;
