# A Slurm of four nodes on this one machine, in a folder, with a munged of its own: for tests/cluster/run, which sources this.
# Needs slurmctld, slurmd, munged and the client's commands, and root: slurmd starts jobs under their users' names.

# has_slurm: whether all of it is installed.
has_slurm() { command -v slurmctld slurmd munged sbatch sqlite3 > /dev/null; }

# start_slurm FOLDER: starts it and sets SLURM_CONF. FOLDER's path is short: sockets lie in it.
start_slurm() {
    local folder=$1 host port node
    host=$(hostname -s) port=$(free_ports 10)
    mkdir -p "$folder"/{munge,state,spool,log}
    chmod 700 "$folder/munge"
    head -c 1024 /dev/urandom > "$folder/munge/key"
    chmod 600 "$folder/munge/key"
    # cred_expire: a job that is queued again may start after so many seconds, which are 120 without it.
    # config_overrides: what is said of a node counts, not what the machine has. Two of its four may run at a time.
    cat > "$folder/slurm.conf" <<CONF
ClusterName=easyexplain
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket,cred_expire=5
CryptoType=crypto/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool/%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd-%n.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd-%n.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2
ReturnToService=2
JobRequeue=1
MinJobAge=3600
SlurmctldTimeout=30
SlurmdTimeout=30
InactiveLimit=0
KillWait=10
MpiDefault=none
NodeName=node[1-4] NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 1))-$((port + 4)) CPUs=2 RealMemory=4096 State=UNKNOWN
PartitionName=work Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
    export SLURM_CONF=$folder/slurm.conf
    munged --foreground --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" --pid-file="$folder/munge/pid" \
        --log-file="$folder/munge/log" --seed-file="$folder/munge/seed" > "$folder/log/munged" 2>&1 &
    daemons+=($!)
    until_true 20 test -S "$folder/munge/socket" || return
    slurmctld -D -i > "$folder/log/slurmctld" 2>&1 &
    daemons+=($!)
    for node in node1 node2 node3 node4; do
        slurmd -D -N "$node" > "$folder/log/$node" 2>&1 &
        daemons+=($!)
    done
    until_true 60 all_idle
}

all_idle() { [ "$(sinfo -h -N -t idle -o %N 2> /dev/null | wc -l)" = 4 ]; }

# stop_slurm: ends jobs and daemons. What a job has started carries SLURM_CONF, so nothing of it is overlooked, and nothing else is touched.
stop_slurm() {
    local pid
    scancel --quiet --user="$(id -un)" 2> /dev/null
    for pid in $(of_this_slurm); do kill -KILL "$pid" 2> /dev/null; done
    for pid in "${daemons[@]}"; do kill -TERM "$pid" 2> /dev/null; done
    until_true 20 none_alive "${daemons[@]}" || kill -KILL "${daemons[@]}" 2> /dev/null
    for pid in $(of_this_slurm); do kill -KILL "$pid" 2> /dev/null; done
    wait "${daemons[@]}" 2> /dev/null
}

none_alive() { ! kill -0 "$@" 2> /dev/null; }

# of_this_slurm [VARIABLE=VALUE]: the processes that have this SLURM_CONF in their environment, this shell and the daemons aside.
of_this_slurm() {
    local folder pid
    for folder in /proc/[0-9]*; do
        pid=${folder#/proc/}
        [[ " $$ $BASHPID ${daemons[*]} " = *" $pid "* ]] && continue
        { tr '\0' '\n' < "$folder/environ"; } 2> /dev/null | grep -qxF "SLURM_CONF=$SLURM_CONF" || continue
        [ $# = 0 ] || { tr '\0' '\n' < "$folder/environ"; } 2> /dev/null | grep -qxF "$1" || continue
        echo "$pid"
    done
}

# until_true SECONDS COMMAND …: asks again until it is true; false when the time is over.
until_true() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.1
    done
}

# free_ports COUNT: the first of so many neighbouring ports at which nobody listens.
free_ports() {
    local first port
    for ((first = 20000 + $$ % 5000; first < 30000; first += $1)); do
        for ((port = first; port < first + $1; port++)); do
            ! (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null || continue 2
        done
        echo $first
        return
    done
}
