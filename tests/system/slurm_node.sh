#!/usr/bin/env bash
# A Slurm of one node on this machine, for tests: bash slurm_node.sh start | stop. Debian or Ubuntu, as root.
# Without systemd and without control groups: what a container allows.
set -euo pipefail
state=${TMPDIR:-/tmp}/sim-slurm
conf=/etc/slurm/slurm.conf

install() {
    command -v slurmctld > /dev/null && command -v munged > /dev/null && return
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq slurm-wlm munge > /dev/null
}

configure() {
    mkdir -p "$state/ctld" "$state/d" /etc/slurm
    host=$(hostname -s)
    cat > "$conf" << CONF
# made by tests/system/slurm_node.sh
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SlurmctldPidFile=$state/slurmctld.pid
SlurmdPidFile=$state/slurmd.pid
SlurmctldLogFile=$state/slurmctld.log
SlurmdLogFile=$state/slurmd.log
StateSaveLocation=$state/ctld
SlurmdSpoolDir=$state/d
KillWait=10
MinJobAge=60
MaxArraySize=10001
SchedulerParameters=sched_interval=5,bf_interval=5
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobRequeue=1
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=$(($(awk '/MemTotal/ {print $2}' /proc/meminfo) / 1024 - 500)) State=UNKNOWN
PartitionName=low Nodes=$host Default=YES MaxTime=INFINITE State=UP PriorityTier=1 PreemptMode=REQUEUE
PartitionName=high Nodes=$host MaxTime=INFINITE State=UP PriorityTier=10 PreemptMode=OFF
CONF
}

start_munge() {
    [ -s /etc/munge/munge.key ] || dd if=/dev/urandom of=/etc/munge/munge.key bs=1 count=1024 status=none
    mkdir -p /run/munge /var/log/munge /var/lib/munge
    chown -R munge:munge /etc/munge /run/munge /var/log/munge /var/lib/munge
    chmod 0700 /etc/munge /var/log/munge
    chmod 0711 /var/lib/munge
    chmod 0755 /run/munge
    chmod 0400 /etc/munge/munge.key
    munge -n 2> /dev/null | unmunge > /dev/null 2>&1 || setpriv --reuid=munge --regid=munge --clear-groups munged
}

start() {
    install
    sinfo --noheader > /dev/null 2>&1 && return
    configure
    start_munge
    slurmctld -c
    slurmd -c
    for _ in $(seq 60); do
        if [ "$(sinfo --noheader --partition=low --format=%T 2> /dev/null)" = idle ]; then return; fi
        sleep 1
    done
    echo "error: Slurm does not come up; see $state/*.log" >&2
    tail -5 "$state"/*.log >&2
    exit 1
}

stop() {
    grep -q slurm_node.sh "$conf" 2> /dev/null || return 0 # not ours
    scontrol shutdown || true
    sleep 2
    for one in slurmd slurmctld; do
        if [ -s "$state/$one.pid" ]; then kill "$(cat "$state/$one.pid")" 2> /dev/null || true; fi
    done
}

"$1"
