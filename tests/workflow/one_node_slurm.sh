#!/usr/bin/env bash
# A Slurm cluster of one node on loopback, for the tests: no systemd, no cgroups, four pretended GPUs.
# As root on Debian or Ubuntu:
#   tests/workflow/one_node_slurm.sh DIR         start; prints the line to source
#   tests/workflow/one_node_slurm.sh DIR stop    stop what was started here
set -euo pipefail
directory=${1:?usage: one_node_slurm.sh DIR [stop]}
etc=$directory/etc run=$directory/run log=$directory/log state=$directory/state

if [ "${2:-start}" = stop ]; then
  for name in slurmd slurmctld munged; do
    [ -s "$run/$name.pid" ] || continue
    pid=$(cat "$run/$name.pid")
    kill "$pid" 2>/dev/null || continue
    # Its port must be free for the next one.
    for _ in $(seq 60); do kill -0 "$pid" 2>/dev/null || break; sleep 0.5; done
  done
  if [ "$(readlink /etc/slurm/slurm.conf || true)" = "$etc/slurm.conf" ]; then rm /etc/slurm/slurm.conf; fi
  exit 0
fi

host=$(hostname -s)
getent hosts "$host" >/dev/null || echo "127.0.0.1 $host" >> /etc/hosts
mkdir -p "$etc" "$run" "$log" "$state/controller" "$state/node"
install -d -o munge -g munge -m 0755 "$directory/munge"
if [ ! -s "$directory/munge/key" ]; then
  head -c 128 /dev/urandom > "$directory/munge/key"
  chown munge: "$directory/munge/key"
  chmod 400 "$directory/munge/key"
fi
runuser -u munge -- /usr/sbin/munged --key-file="$directory/munge/key" --socket="$directory/munge/socket" \
  --pid-file="$directory/munge/munged.pid" --log-file="$directory/munge/munged.log" \
  --seed-file="$directory/munge/seed" --num-threads=2
cp "$directory/munge/munged.pid" "$run/munged.pid"

# Slurm takes only device files for GPUs; an alias of /dev/null will do.
for number in 0 1 2 3; do
  [ -c "$directory/gpu$number" ] || mknod -m 666 "$directory/gpu$number" c 1 3
done
cat > "$etc/gres.conf" <<END
AutoDetect=off
NodeName=$host Name=gpu File=$directory/gpu[0-3]
END
cat > "$etc/cgroup.conf" <<END
CgroupAutomount=no
ConstrainCores=no
ConstrainRAMSpace=no
END
cat > "$etc/slurm.conf" <<END
ClusterName=onenode
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
AuthType=auth/munge
AuthInfo=socket=$directory/munge/socket
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$state/controller
SlurmdSpoolDir=$state/node
SlurmctldPidFile=$run/slurmctld.pid
SlurmdPidFile=$run/slurmd.pid
SlurmctldLogFile=$log/slurmctld.log
SlurmdLogFile=$log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=bf_interval=2,sched_interval=2
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
# squeue must still show finished jobs when the executor asks for them.
MinJobAge=600
SlurmdParameters=config_overrides
EnforcePartLimits=ALL
DefMemPerCPU=1024
GresTypes=gpu
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$log/finished_jobs.txt
NodeName=$host NodeAddr=127.0.0.1 CPUs=32 RealMemory=262144 Gres=gpu:4 State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=7-00:00:00 State=UP
END
# A job step sees no SLURM_ variable, so the controller must be found through the default path.
mkdir -p /etc/slurm
ln -sfn "$etc/slurm.conf" /etc/slurm/slurm.conf
export SLURM_CONF=$etc/slurm.conf
slurmctld -f "$SLURM_CONF" -c
slurmd -f "$SLURM_CONF" -N "$host"
for _ in $(seq 60); do
  state_now=$(timeout 2 sinfo -h -o %T 2>/dev/null || true)
  [ "$state_now" = idle ] && break
  sleep 0.5
done
if [ "$state_now" != idle ]; then
  echo "Slurm did not start; the end of its logs:" >&2
  tail -n 5 "$log"/*.log >&2
  exit 1
fi
sinfo >&2
echo "export SLURM_CONF=$SLURM_CONF"
