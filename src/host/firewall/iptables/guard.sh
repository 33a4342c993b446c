# The part of the program that knows iptables: rules and sets, how they are written, read back and removed. The rest calls only these functions:
# has_ipv6, use_family, remember, make_hooks, missing_hooks, apply_family, read_back, stands, guard_size, other_faults, drop_withdrawn, clear_others,
# drop_rules, drop_hooks, check_backend, rule_events, first_error.

. firewall/iptables/listing.sh

. firewall/iptables/writing.sh

. firewall/iptables/cleaning.sh

. firewall/iptables/others.sh
