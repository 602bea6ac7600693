"""The demo's people: who stands in conf/demo/people.ldif, with which password, and in which of the seed's groups."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    password: str
    groups: tuple[str, ...]
    why: str


# group1 = '{ $departmentUID eq "unit1" or $login eq "user1" }'
# group2 = '(|(uid=xavier.guimard){$ou eq "unit1"})'
PEOPLE = {
    "admin": Person("admin-demo", (), "the administrator: may enter app2 by name, and the manager"),
    "alice": Person("alice-demo", ("group1",), "group1 by her department"),
    "user1": Person("user1-demo", ("group1",), "group1 by his login"),
    "xavier.guimard": Person("xavier-demo", ("group2",), "group2 by the LDAP filter"),
    "bob": Person("bob-demo", ("group2",), "group2 by his unit"),
    "helene": Person("hélène-demo", (), "in no group; several mail addresses and units, accents"),
    "zoe": Person("zoe-demo", ("group1",), "group1 by her department; a name full of LDAP's special characters"),
    "dave": Person("dave-demo", (), "in no group"),
}
