#!/usr/bin/env bash
# Bulk inserts and queries.
source "$(dirname "$0")/common.sh"
needs sqlite3
cat >"$work/script" <<'SQL'
create table item(id integer primary key, name text, price real, tags text);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 200000)
insert into item select i, 'name ' || (i * 7919 % 100003), i % 977 / 7.0, printf('%.*c', i % 90, 't') from n;
create index by_name on item(name);
select count(*), sum(price), max(length(tags)) from item;
select name, count(*) from item group by substr(name, 1, 7) order by 2 desc, 1 limit 20;
select a.id, b.id from item a join item b on a.name = b.name and a.id < b.id order by 1 limit 20;
update item set tags = tags || 'more' where id % 3 = 0;
delete from item where id % 5 = 0;
select group_concat(length(tags)) from (select tags from item order by name limit 1000);
vacuum;
select count(*) from item;
SQL
same "bulk" sqlite3 -cmd ".read $work/script" :memory: .quit
