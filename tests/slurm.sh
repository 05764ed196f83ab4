# shellcheck shell=sh
# A Slurm of one node, all of its files in a folder and on ports of its own. Sourced by tests; needs
# root, and slurm-wlm and munge installed.

# slurm_missing: prints why no Slurm can be started here; fails if one can.
slurm_missing() {
    [ "$(id -u)" = 0 ] || { echo "not root"; return; }
    PATH=$PATH:/usr/sbin:/sbin
    for tool in munged slurmctld slurmd sbatch; do
        command -v $tool >/dev/null || { echo "$tool is not installed (slurm-wlm, munge)"; return; }
    done
    return 1
}

# slurm_start FOLDER CPUS: starts the daemons and waits until jobs can run. Sets SLURM_CONF.
slurm_start() {
    slurm=$1
    mkdir -p "$slurm/state" "$slurm/spool" && chmod 711 "$slurm" || return 1
    dd if=/dev/urandom of="$slurm/key" bs=128 count=1 2>/dev/null
    chmod 600 "$slurm/key"
    munged --foreground --force --key-file="$slurm/key" --socket="$slurm/munge.socket" --num-threads=1 \
        --pid-file="$slurm/munged.pid" --log-file="$slurm/munged.log" --seed-file="$slurm/seed" 2>/dev/null &
    munged=$!
    export SLURM_CONF="$slurm/slurm.conf"
    port=$((20000 + 2 * ($$ % 20000)))
    node=$(hostname -s)
    cat >"$SLURM_CONF" <<C
ClusterName=test
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$slurm/munge.socket,cred_expire=5
StateSaveLocation=$slurm/state
SlurmdSpoolDir=$slurm/spool
SlurmctldPidFile=$slurm/slurmctld.pid
SlurmdPidFile=$slurm/slurmd.pid
SlurmctldLogFile=$slurm/slurmctld.log
SlurmdLogFile=$slurm/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0,requeue_delay=0
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
MinJobAge=3600
KillWait=5
NodeName=$node NodeAddr=127.0.0.1 CPUs=$2 State=UNKNOWN
PartitionName=all Nodes=$node Default=YES MaxTime=INFINITE State=UP
C
    slurmctld -D -c >/dev/null 2>&1 &
    slurmctld=$!
    slurmd -D -c >/dev/null 2>&1 &
    slurmd=$!
    for _ in $(seq 300); do
        sinfo --noheader --format=%t 2>/dev/null | grep -q '^idle' && return
        sleep 0.2
    done
    tail -n 20 "$slurm"/*.log
    return 1
}

# slurm_stop: ends the jobs and the daemons.
slurm_stop() {
    [ -n "${slurmctld:-}" ] && scancel --user=root 2>/dev/null
    for daemon in "${slurmd:-}" "${slurmctld:-}" "${munged:-}"; do
        [ -n "$daemon" ] && kill "$daemon" 2>/dev/null && wait "$daemon" 2>/dev/null
    done
    return 0
}
