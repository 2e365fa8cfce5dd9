#!/usr/bin/env bash
# Two "machines" on one: network namespaces with a link of a given speed and latency between them, and rank_sums over it.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'END'
Usage: perf/many_machines.sh [--build=DIR] --link=RATE,DELAY... [rank_sums' options]

  --link=1gbit,0.1ms  the link's rate and its latency one way, as tc spells them; may come several times. none is the
                      machine's own memory
  --build=DIR         a build with -DDNN_RPN_BUILD_PERF=ON, default: build/

Needs root, iproute2 and Open MPI. Both ranks share this machine's processors: --threads=1 gives each its own of two.
END
}

build=$repository/build
links=()
options=()
for argument in "$@"; do
    case $argument in
        --build=*) build=$(realpath "${argument#*=}") ;;
        --link=*) links+=("${argument#*=}") ;;
        --help | -h) usage; exit 0 ;;
        *) options+=("$argument") ;;
    esac
done
if [ ${#links[@]} -eq 0 ]; then
    usage >&2
    exit 2
fi

one=dnnrpn$$a
two=dnnrpn$$b
work=$(mktemp -d)
trap 'ip netns delete "$one" 2>/dev/null; ip netns delete "$two" 2>/dev/null; rm -rf "$work"' EXIT
ip netns add "$one"
ip netns add "$two"
ip link add "v$$a" netns "$one" type veth peer name "v$$b" netns "$two"
ip -n "$one" addr add 10.77.0.1/24 dev "v$$a"
ip -n "$two" addr add 10.77.0.2/24 dev "v$$b"
for side in "$one v$$a" "$two v$$b"; do
    read -r space device <<<"$side"
    ip -n "$space" link set lo up
    ip -n "$space" link set "$device" up
done

# What ssh would do. Each has a name of its own: Open MPI takes processes of one name for neighbours in memory.
cat >"$work/agent.sh" <<END
#!/bin/sh
shift
exec ip netns exec "$two" unshare --uts sh -c 'hostname machine2; exec sh -c "\$*"' sh "\$@"
END
chmod +x "$work/agent.sh"
printf '10.77.0.1 slots=1\n10.77.0.2 slots=1\n' >"$work/hosts"

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMP_WAIT_POLICY=passive \
    OMPI_MCA_btl_vader_single_copy_mechanism=none
for link in "${links[@]}"; do
    echo "== $link"
    if [ "$link" = none ]; then
        mpirun --oversubscribe --bind-to none -np 2 "$build/bin/rank_sums" ${options[@]+"${options[@]}"}
        continue
    fi
    for side in "$one v$$a" "$two v$$b"; do
        read -r space device <<<"$side"
        tc -n "$space" qdisc replace dev "$device" root netem rate "${link%,*}" delay "${link#*,}" limit 100000
    done
    ip netns exec "$one" unshare --uts sh -c 'hostname machine1; exec "$@"' sh \
        mpirun --hostfile "$work/hosts" --bind-to none --map-by node -np 2 --mca plm_rsh_agent "$work/agent.sh" \
        --mca btl self,tcp --mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24 \
        "$build/bin/rank_sums" ${options[@]+"${options[@]}"}
done
